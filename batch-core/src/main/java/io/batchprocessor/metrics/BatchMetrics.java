package io.batchprocessor.metrics;

import io.batchprocessor.message.ResultMessage;
import io.batchprocessor.spi.AttemptOutcome;
import io.batchprocessor.spi.BatchListener;
import io.batchprocessor.spi.Delivery;
import io.batchprocessor.spi.ProcessorState;
import io.batchprocessor.spi.ProcessorView;
import io.batchprocessor.spi.RequestView;
import io.batchprocessor.spi.ResultRejectedException;
import io.micrometer.core.instrument.Clock;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Metrics;
import io.micrometer.core.instrument.Tag;
import io.micrometer.core.instrument.Tags;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Counts and measures what a processor does, in a Micrometer registry: the metrics of {@link
 * BatchMetric}. One object for each processor; several may share a registry if their names differ.
 *
 * <pre>{@code
 * BatchProcessor.builder().listener(BatchMetrics.of(registry));
 * }</pre>
 *
 * <p>Every series is there, at zero, from {@code start} on. When the processor is closed, what
 * shows its inside (gauges, the gate's counts) goes; counters and timers stay for a last report,
 * until {@link #close}. Needs {@code io.micrometer:micrometer-core} on the class path.
 */
public final class BatchMetrics implements BatchListener, AutoCloseable {

  /** How long the broker is left alone between two looks at what waits in it. */
  private static final Duration PERIOD = Duration.ofSeconds(5);

  private final MeterRegistry registry;
  private final Tags tags;
  private final Clock clock;

  /** Attempts that failed, by the request they were for, until it is known what follows. */
  private final Map<RequestView, RetryCause> failed = new ConcurrentHashMap<>();

  private volatile @Nullable ProcessorMeters meters;

  private BatchMetrics(MeterRegistry registry, Tags tags) {
    this.registry = registry;
    this.tags = tags;
    this.clock = registry.config().clock();
  }

  /** Metrics in {@code registry}. */
  public static BatchMetrics of(MeterRegistry registry) {
    return of(registry, List.of());
  }

  /** For a provider, which must not name Micrometer's classes: it is there without them too. */
  static BatchListener inGlobalRegistry() {
    return of(Metrics.globalRegistry);
  }

  /**
   * Metrics in {@code registry}.
   *
   * @param tags what every series carries as well
   */
  public static BatchMetrics of(MeterRegistry registry, Iterable<Tag> tags) {
    return new BatchMetrics(Objects.requireNonNull(registry, "registry"), Tags.of(tags));
  }

  /**
   * Makes the meters of the processor.
   *
   * @throws IllegalStateException if this listens to a processor already
   */
  @Override
  public void starting(ProcessorView processor) {
    if (meters != null) {
      throw new IllegalStateException("one BatchMetrics for each processor; make another");
    }
    MeterKit kit = new MeterKit(registry, tags.and("processor", processor.name()));
    ProcessorMeters started = new ProcessorMeters(kit, processor, PERIOD);
    meters = started;
    started.start();
  }

  @Override
  public void received(RequestView request) {
    with(request, queue -> queue.received.increment());
  }

  @Override
  public void dispatched(RequestView request) {
    with(request, queue -> queue.dispatched(request, clock.wallTime()));
  }

  @Override
  public void attempted(RequestView request, AttemptOutcome outcome) {
    with(request, queue -> queue.attempted(outcome));
    if (outcome.kind() == AttemptOutcome.Kind.SHED
        || outcome.kind() == AttemptOutcome.Kind.FAILED) {
      failed.put(request, RetryCause.of(outcome));
    }
  }

  @Override
  public void retryScheduled(RequestView request, Duration delay) {
    RetryCause cause = failed.remove(request);
    with(request, queue -> queue.retried(cause == null ? RetryCause.OTHER : cause));
  }

  @Override
  public void finished(RequestView request, ResultMessage result) {
    failed.remove(request);
    with(
        request,
        queue -> {
          queue.finished(result);
          if (result.errorCode().isEmpty()) {
            queue.margin(request.message().deadline().toEpochMilli() - clock.wallTime());
          }
        });
  }

  @Override
  public void released(RequestView request, String reason) {
    failed.remove(request);
    with(request, queue -> queue.released.increment());
  }

  @Override
  public void takenBack(RequestView request, String gate, Duration work) {
    with(request, queue -> queue.takenBack(work));
  }

  @Override
  public void leaseLost(RequestView request) {
    failed.remove(request);
    with(request, queue -> queue.leasesLost.increment());
  }

  @Override
  public void refused(Delivery delivery, ResultMessage result) {
    with(delivery.queue(), queue -> queue.finished(result));
  }

  @Override
  public void deadLettered(Delivery delivery, String reason) {
    with(delivery.queue(), queue -> queue.deadLetters.increment());
  }

  @Override
  public void brokerFailed(String operation, RuntimeException failure) {
    ProcessorMeters now = meters;
    if (now != null) {
      now.brokerFailed(BrokerOperation.of(operation));
    }
  }

  /**
   * What follows is no retry: a smaller result, or, if that is rejected too, a dead letter, of
   * which nobody tells the request.
   */
  @Override
  public void resultRejected(ResultRejectedException rejection) {
    String id = rejection.result().message().id();
    failed.keySet().removeIf(request -> request.message().id().equals(id));
    ProcessorMeters now = meters;
    if (now != null) {
      now.publishFailed(PublishFailure.REFUSED);
    }
  }

  @Override
  public void stateChanged(ProcessorState from, ProcessorState to) {
    ProcessorMeters now = meters;
    if (now != null && to == ProcessorState.DRAINING) {
      now.stop();
    } else if (now != null && to == ProcessorState.CLOSED) {
      now.end();
      failed.clear();
    }
  }

  /** Takes every meter out of the registry; to be called once the processor is closed. */
  @Override
  public void close() {
    ProcessorMeters now = meters;
    if (now != null) {
      now.remove();
    }
  }

  /** Failed attempts of which it is not known yet what follows. */
  int undecided() {
    return failed.size();
  }

  private void with(RequestView request, Consumer<QueueMeters> event) {
    with(request.queue(), event);
  }

  private void with(String queue, Consumer<QueueMeters> event) {
    ProcessorMeters now = meters;
    if (now != null) {
      event.accept(now.queue(queue));
    }
  }
}
