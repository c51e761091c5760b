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
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Logs each attempt for which the gateway took long, whether it succeeded or not. */
public final class SlowAnswerListener implements BatchListener {

  private static final Logger LOG = LoggerFactory.getLogger(SlowAnswerListener.class);

  private final Duration threshold;

  /** Logs whatever took {@code threshold} or longer. */
  public SlowAnswerListener(Duration threshold) {
    this.threshold = Objects.requireNonNull(threshold, "threshold");
  }

  // snippet:listener
  @Override
  public void attempted(RequestView request, AttemptOutcome outcome) {
    if (outcome.latency().compareTo(threshold) >= 0) {
      LOG.warn(
          "slow answer: {} from queue '{}', attempt {}, took {} ms: {} {}",
          request.message().id(),
          request.queue(),
          request.attempt(),
          outcome.latency().toMillis(),
          outcome.kind(),
          outcome.statusCode());
    }
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
