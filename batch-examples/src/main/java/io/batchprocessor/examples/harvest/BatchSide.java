package io.batchprocessor.examples.harvest;

import io.batchprocessor.examples.gateway.Sequence;
import io.batchprocessor.message.Bytes;
import io.batchprocessor.message.RequestMessage;
import io.batchprocessor.spi.AttemptOutcome;
import io.batchprocessor.spi.DispatchGate;
import io.batchprocessor.spi.InferenceResponse;
import io.batchprocessor.spi.Permit;
import io.batchprocessor.spi.RequestView;
import io.batchprocessor.spi.Verdict;
import io.batchprocessor.spi.YieldingGate;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * What the engine of the batch processor does with a gate, in virtual time: it asks, sends, tells
 * how attempts end, waits as verdicts say, and takes back the newest when the gate wants it.
 */
final class BatchSide {

  private static final long RETRY_AFTER_NANOS = Duration.ofSeconds(1).toNanos();

  private final VirtualGateway gateway;
  private final DispatchGate gate;
  private final Backlog backlog;
  private final RequestView view = new View();
  private final Map<Sequence, BatchRequest> inFlight = new LinkedHashMap<>();
  private final Map<Integer, InferenceResponse> answers = new HashMap<>();
  private long askNanos = Long.MAX_VALUE;
  private long finishedTokens;
  private long finished;
  private long inTime;
  private long attempts;
  private long thrownAwayTokens;
  private long workedTokens;

  BatchSide(Scenario scenario, VirtualGateway gateway, DispatchGate gate) {
    this.gateway = gateway;
    this.gate = gate;
    this.backlog = scenario.backlog();
    this.askNanos = scenario.warmUpNanos();
  }

  /** When the gate is to be asked next; nothing else may make it earlier but a permit's return. */
  long askNanos() {
    return askNanos;
  }

  void askNow() {
    askNanos = Long.MIN_VALUE;
  }

  void ask(long nowNanos) {
    while (askNanos <= nowNanos) {
      Verdict verdict = gate.tryAcquire(view);
      if (verdict instanceof Verdict.Go go) {
        send(go.permit(), nowNanos);
      } else if (verdict instanceof Verdict.Wait wait) {
        askNanos = nowNanos + wait.atMost().toNanos();
      } else {
        throw new IllegalStateException("no contender gives " + verdict);
      }
    }
  }

  private void send(Permit permit, long nowNanos) {
    BatchRequest request = backlog.take(nowNanos);
    Sequence sequence =
        new Sequence(VirtualGateway.BATCH, request.promptTokens, request.answerTokens);
    request.attempts++;
    request.dispatchedNanos = nowNanos;
    request.permit = permit;
    if (gateway.offer(sequence, nowNanos)) {
      inFlight.put(sequence, request);
      return;
    }
    attempts++;
    backlog.retry(request, nowNanos, RETRY_AFTER_NANOS);
    permit.release(
        new AttemptOutcome(
            AttemptOutcome.Kind.SHED,
            new InferenceResponse(429, Map.of("retry-after", "1"), Bytes.EMPTY),
            "429",
            Duration.ZERO,
            Duration.ofNanos(RETRY_AFTER_NANOS)));
  }

  void finished(Sequence sequence, long nowNanos) {
    BatchRequest request = Objects.requireNonNull(inFlight.remove(sequence));
    attempts++;
    finished++;
    inTime += nowNanos <= request.deadlineNanos ? 1 : 0;
    finishedTokens += sequence.generatedTokens();
    workedTokens += sequence.promptTokens() + sequence.generatedTokens();
    Objects.requireNonNull(request.permit)
        .release(
            new AttemptOutcome(
                AttemptOutcome.Kind.SUCCEEDED,
                answer(sequence),
                null,
                Duration.ofNanos(nowNanos - request.dispatchedNanos),
                null));
    askNow();
  }

  /** Aborts as many of the newest as the gate wants back. */
  void takeBack(long nowNanos) {
    if (!(gate instanceof YieldingGate yielding)) {
      return;
    }
    for (int excess = yielding.excess(); excess > 0 && !inFlight.isEmpty(); excess--) {
      @Nullable BatchRequest newest = null;
      @Nullable Sequence at = null;
      for (Map.Entry<Sequence, BatchRequest> each : inFlight.entrySet()) {
        newest = each.getValue();
        at = each.getKey();
      }
      abort(Objects.requireNonNull(at), Objects.requireNonNull(newest), nowNanos);
    }
  }

  private void abort(Sequence sequence, BatchRequest request, long nowNanos) {
    inFlight.remove(sequence);
    gateway.abort(sequence, nowNanos);
    thrownAwayTokens += sequence.contextTokens();
    workedTokens += sequence.contextTokens();
    request.attempts--;
    backlog.giveBack(request);
    Objects.requireNonNull(request.permit)
        .release(
            new AttemptOutcome(
                AttemptOutcome.Kind.ABORTED,
                null,
                "taken back",
                Duration.ofNanos(nowNanos - request.dispatchedNanos),
                null));
  }

  private InferenceResponse answer(Sequence sequence) {
    return answers.computeIfAbsent(
        sequence.promptTokens() << 12 | sequence.generatedTokens(),
        tokens ->
            new InferenceResponse(
                200,
                Map.of(),
                Bytes.utf8(
                    "{\"usage\":{\"prompt_tokens\":%d,\"completion_tokens\":%d}}"
                        .formatted(sequence.promptTokens(), sequence.generatedTokens()))));
  }

  long finishedTokens() {
    return finishedTokens;
  }

  long finished() {
    return finished;
  }

  long inTime() {
    return inTime;
  }

  long due(long nowNanos) {
    return backlog.due(nowNanos);
  }

  long attempts() {
    return attempts;
  }

  long thrownAwayTokens() {
    return thrownAwayTokens;
  }

  long workedTokens() {
    return workedTokens;
  }

  /** Gates of this benchmark look at no request: one stands for all. */
  private static final class View implements RequestView {
    private final RequestMessage message =
        RequestMessage.builder("batch")
            .deadline(Instant.ofEpochSecond(4_000_000_000L))
            .payload("{}")
            .build();

    @Override
    public RequestMessage message() {
      return message;
    }

    @Override
    public String queue() {
      return "batch";
    }

    @Override
    public int attempt() {
      return 1;
    }
  }
}
