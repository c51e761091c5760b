package io.batchprocessor.examples.demo;

import io.batchprocessor.examples.traffic.LiveRequest;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/**
 * Live traffic of a day, in seconds: Poisson arrivals at a rate that rises from night to noon and
 * falls again, as a cosine does.
 *
 * @param length of the day
 * @param night requests a second at its beginning and end
 * @param noon requests a second in its middle
 */
record DayCurve(Duration length, double night, double noon) {

  private static final int PROMPT_TOKENS = 200;
  private static final int ANSWER_TOKENS = 128;

  /** Always the same for the same seed. */
  List<LiveRequest> requests(long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    List<LiveRequest> requests = new ArrayList<>();
    // Arrivals as at noon, of which the share is kept that the hour has of noon.
    for (double at = gap(random); at < length.toNanos() / 1e9; at += gap(random)) {
      if (random.nextDouble() < perSecond(at) / noon) {
        requests.add(new LiveRequest((long) (at * 1e9), PROMPT_TOKENS, ANSWER_TOKENS));
      }
    }
    return requests;
  }

  private double gap(SplittableRandom random) {
    return -Math.log(1 - random.nextDouble()) / noon;
  }

  private double perSecond(double atSeconds) {
    double turn = 2 * Math.PI * atSeconds * 1e9 / length.toNanos();
    return night + (noon - night) * (1 - Math.cos(turn)) / 2;
  }
}
