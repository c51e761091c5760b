package io.batchprocessor.examples.embedding;

import io.batchprocessor.spi.AttemptOutcome;
import io.batchprocessor.spi.BatchListener;
import io.batchprocessor.spi.BatchListenerProvider;
import io.batchprocessor.spi.RequestView;
import io.batchprocessor.spi.Setting;
import io.batchprocessor.spi.Settings;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Logs attempts for which the gateway took long, whether they succeeded or not: one in ten seconds,
 * and how many there were in between.
 */
public final class SlowAnswerListener implements BatchListener {

  private static final Logger LOG = LoggerFactory.getLogger(SlowAnswerListener.class);

  /** When the gateway is slow, every answer is. */
  private static final long PAUSE_NANOS = Duration.ofSeconds(10).toNanos();

  private final Duration threshold;
  private final AtomicLong nextNanos = new AtomicLong(System.nanoTime());
  private final LongAdder notLogged = new LongAdder();

  /** Logs whatever took {@code threshold} or longer. */
  public SlowAnswerListener(Duration threshold) {
    this.threshold = Objects.requireNonNull(threshold, "threshold");
  }

  // snippet:listener
  @Override
  public void attempted(RequestView request, AttemptOutcome outcome) {
    if (outcome.latency().compareTo(threshold) < 0) {
      return;
    }
    long now = System.nanoTime();
    long next = nextNanos.get();
    if (now - next < 0 || !nextNanos.compareAndSet(next, now + PAUSE_NANOS)) {
      notLogged.increment();
      return;
    }
    LOG.warn(
        "slow answer: {} from queue '{}', attempt {}, took {} ms: {} {} ({} more not logged)",
        request.message().id(),
        request.queue(),
        request.attempt(),
        outcome.latency().toMillis(),
        outcome.kind(),
        outcome.statusCode(),
        notLogged.sumThenReset());
  }

  // end:listener

  /** {@code listeners=slow-answers}. */
  public static final class Provider implements BatchListenerProvider {

    private static final Setting<Duration> THRESHOLD =
        Setting.duration(
                "slow-answers.threshold", "how long an answer takes that is logged as slow")
            .withDefault("60s");

    @Override
    public String id() {
      return "slow-answers";
    }

    @Override
    public List<Setting<?>> settings() {
      return List.of(THRESHOLD);
    }

    @Override
    public BatchListener create(Settings settings) {
      return new SlowAnswerListener(settings.get(THRESHOLD));
    }
  }
}
