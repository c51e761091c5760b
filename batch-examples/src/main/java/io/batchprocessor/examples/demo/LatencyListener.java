package io.batchprocessor.examples.demo;

import io.batchprocessor.spi.AttemptOutcome;
import io.batchprocessor.spi.BatchListener;
import io.batchprocessor.spi.RequestView;
import java.time.Duration;
import org.HdrHistogram.ConcurrentHistogram;
import org.HdrHistogram.Histogram;

/** How long the gateway took for the attempts that succeeded. */
final class LatencyListener implements BatchListener {

  private static final long HIGHEST_MICROS = Duration.ofHours(1).toNanos() / 1_000;

  private final Histogram micros = new ConcurrentHistogram(HIGHEST_MICROS, 3);

  @Override
  public void attempted(RequestView request, AttemptOutcome outcome) {
    if (outcome.kind() == AttemptOutcome.Kind.SUCCEEDED) {
      micros.recordValue(Math.min(HIGHEST_MICROS, outcome.latency().toNanos() / 1_000));
    }
  }

  Duration percentile(double percent) {
    return Duration.ofNanos(micros.getValueAtPercentile(percent) * 1_000);
  }
}
