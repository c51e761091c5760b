package io.batchprocessor.metrics;

import static java.util.concurrent.TimeUnit.MILLISECONDS;
import static java.util.concurrent.TimeUnit.NANOSECONDS;

import io.batchprocessor.message.Bytes;
import io.batchprocessor.message.ErrorCode;
import io.batchprocessor.message.RequestMessage;
import io.batchprocessor.message.ResultMessage;
import io.batchprocessor.message.TokenUsage;
import io.batchprocessor.spi.AttemptOutcome;
import io.batchprocessor.spi.InferenceResponse;
import io.batchprocessor.spi.RequestView;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.DistributionSummary;
import io.micrometer.core.instrument.Timer;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What is counted and measured of the requests of one queue. */
final class QueueMeters {

  final Counter received;
  final Counter released;
  final Counter leasesLost;
  final Counter deadLetters;
  private final Counter dispatched;
  private final Counter succeeded;
  private final Map<ErrorCode, Counter> failed;
  private final Map<RetryCause, Counter> retried;
  private final Counter shed;
  private final Timer takenBack;
  private final Timer residence;
  private final Timer dispatchLatency;
  private final Map<AttemptOutcome.Kind, Timer> gatewayLatency;
  private final DistributionSummary attempts;
  private final Timer margin;
  private final Counter expired;
  private final Counter late;
  private final Counter sent;
  private final Counter answered;
  private final Counter inputTokens;
  private final Counter outputTokens;

  QueueMeters(MeterKit kit, String queue) {
    received = kit.counter(BatchMetric.RECEIVED, queue);
    dispatched = kit.counter(BatchMetric.DISPATCHED, queue);
    succeeded = kit.counter(BatchMetric.SUCCEEDED, queue);
    failed =
        LabelValues.meters(ErrorCode.class, code -> kit.counter(BatchMetric.FAILED, queue, code));
    retried =
        LabelValues.meters(
            RetryCause.class, cause -> kit.counter(BatchMetric.RETRIED, queue, cause));
    shed = kit.counter(BatchMetric.SHED, queue);
    released = kit.counter(BatchMetric.RELEASED, queue);
    leasesLost = kit.counter(BatchMetric.LEASES_LOST, queue);
    deadLetters = kit.counter(BatchMetric.DEAD_LETTERS, queue);
    takenBack = kit.timer(BatchMetric.TAKEN_BACK, queue);
    residence = kit.timer(BatchMetric.RESIDENCE, queue);
    dispatchLatency = kit.timer(BatchMetric.DISPATCH_LATENCY, queue);
    gatewayLatency =
        LabelValues.meters(
            AttemptOutcome.Kind.class, kind -> kit.timer(BatchMetric.GATEWAY_LATENCY, queue, kind));
    attempts = kit.summary(BatchMetric.ATTEMPTS, queue);
    margin = kit.timer(BatchMetric.MARGIN, queue);
    expired = kit.counter(BatchMetric.MISSED, queue, "expired");
    late = kit.counter(BatchMetric.MISSED, queue, "late");
    sent = kit.counter(BatchMetric.SENT, queue);
    answered = kit.counter(BatchMetric.RECEIVED_BYTES, queue);
    inputTokens = kit.counter(BatchMetric.TOKENS, queue, "input");
    outputTokens = kit.counter(BatchMetric.TOKENS, queue, "output");
  }

  void dispatched(RequestView request, long nowMillis) {
    RequestMessage message = request.message();
    dispatched.increment();
    sent.increment(message.payload().length());
    dispatchLatency.record(request.bufferedNanos(), NANOSECONDS);
    if (request.attempt() == 1) {
      request
          .enqueuedAt()
          .or(message::created)
          .map(Instant::toEpochMilli)
          .ifPresent(since -> residence.record(Math.max(0, nowMillis - since), MILLISECONDS));
    }
  }

  void attempted(AttemptOutcome outcome) {
    Timer latency = gatewayLatency.get(outcome.kind());
    if (latency != null) {
      latency.record(outcome.latency());
    }
    InferenceResponse response = outcome.response();
    if (response != null) {
      answered.increment(response.body().length());
    }
    if (outcome.kind() == AttemptOutcome.Kind.SHED) {
      shed.increment();
    } else if (outcome.kind() == AttemptOutcome.Kind.SUCCEEDED && response != null) {
      count(response.body());
    }
  }

  private void count(Bytes answer) {
    TokenUsage.of(answer)
        .ifPresent(
            usage -> {
              inputTokens.increment((double) usage.input());
              outputTokens.increment((double) usage.output());
            });
  }

  void takenBack(Duration work) {
    takenBack.record(work);
  }

  void retried(RetryCause cause) {
    increment(retried.get(cause));
  }

  void finished(ResultMessage result) {
    attempts.record(result.attempts());
    result.errorCode().ifPresentOrElse(code -> increment(failed.get(code)), succeeded::increment);
    if (result.errorCode().filter(ErrorCode.DEADLINE_EXCEEDED::equals).isPresent()) {
      expired.increment();
    }
  }

  /** An answer was stored so long before its deadline; negative: after. */
  void margin(long millis) {
    margin.record(Math.max(0, millis), MILLISECONDS);
    if (millis < 0) {
      late.increment();
    }
  }

  private static void increment(@Nullable Counter counter) {
    if (counter != null) {
      counter.increment();
    }
  }
}
