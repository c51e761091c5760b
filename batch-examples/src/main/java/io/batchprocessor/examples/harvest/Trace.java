package io.batchprocessor.examples.harvest;

import java.time.Duration;

/** How a run went on, in equal parts of its time. */
final class Trace implements Timeline {

  static final int PARTS = 90;

  private final long partNanos;
  private final double[] live = new double[PARTS];
  private final double[] batch = new double[PARTS];
  private final Percentiles[] ttft = new Percentiles[PARTS];
  private long lastNanos;
  private int lastLive;
  private int lastBatch;

  Trace(Duration measured) {
    partNanos = measured.toNanos() / PARTS;
    for (int i = 0; i < PARTS; i++) {
      ttft[i] = new Percentiles();
    }
  }

  @Override
  public void state(long sinceStartNanos, int nowLive, int nowBatch) {
    int part = part(sinceStartNanos);
    long took = sinceStartNanos - lastNanos;
    live[part] += (double) lastLive * took / partNanos;
    batch[part] += (double) lastBatch * took / partNanos;
    lastNanos = sinceStartNanos;
    lastLive = nowLive;
    lastBatch = nowBatch;
  }

  @Override
  public void firstToken(long arrivedNanos, long waitedNanos) {
    ttft[part(arrivedNanos)].add(waitedNanos);
  }

  private int part(long nanos) {
    return (int) Math.min(PARTS - 1, nanos / partNanos);
  }

  /** Live requests in the engine, by part, in the mean. */
  double live(int part) {
    return live[part];
  }

  /** Batch requests in the engine. */
  double batch(int part) {
    return batch[part];
  }

  /** The 99th percentile of the live time to first token, in milliseconds. */
  double ttftMillis(int part) {
    return ttft[part].at(99) / 1e6;
  }
}
