package io.batchprocessor.examples.harvest;

import io.batchprocessor.examples.gateway.ContinuousBatch;
import io.batchprocessor.examples.gateway.EngineListener;
import io.batchprocessor.examples.gateway.EngineSettings;
import io.batchprocessor.examples.gateway.Sequence;

/** What an engine serves if it is never idle: the measure of load. */
final class Capacity {

  private static final long SECONDS = 120;
  private static final int WAITING = 500;

  private Capacity() {}

  /** Requests of 512 and 128 tokens in a second. */
  static double perSecond(EngineSettings settings) {
    long[] finished = {0};
    ContinuousBatch engine =
        new ContinuousBatch(
            settings,
            new EngineListener() {
              @Override
              public void finished(Sequence sequence, long nowNanos) {
                finished[0]++;
              }
            });
    long now = 0;
    while (now < SECONDS * 1_000_000_000L) {
      while (engine.waiting() < WAITING) {
        engine.offer(
            new Sequence(VirtualGateway.LIVE, TokenMix.MEAN_PROMPT, TokenMix.MEAN_ANSWER), now);
      }
      now = engine.stepEndNanos();
      engine.advance(now);
    }
    return (double) finished[0] / SECONDS;
  }
}
