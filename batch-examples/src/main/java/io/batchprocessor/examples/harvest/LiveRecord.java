package io.batchprocessor.examples.harvest;

import io.batchprocessor.examples.gateway.Histogram;
import io.batchprocessor.gate.LatencyCounts;

/**
 * What live traffic felt: exactly, in the measured part of a run, and as the gateway's histograms
 * tell it from the start, with vLLM's bucket bounds.
 */
final class LiveRecord {

  private final long measuredFromNanos;
  private final Percentiles ttft = new Percentiles();
  private final WeightedPercentiles itl = new WeightedPercentiles();
  private final Histogram ttftBuckets = Histogram.timeToFirstToken();
  private final Histogram itlBuckets = Histogram.interTokenLatency();
  private final Timeline timeline;
  private long nowNanos;

  LiveRecord(long measuredFromNanos, Timeline timeline) {
    this.measuredFromNanos = measuredFromNanos;
    this.timeline = timeline;
  }

  void firstToken(long arrivedNanos, long waitedNanos) {
    nowNanos = arrivedNanos + waitedNanos;
    ttftBuckets.observeNanos(waitedNanos);
    if (arrivedNanos >= measuredFromNanos) {
      ttft.add(waitedNanos);
      timeline.firstToken(arrivedNanos - measuredFromNanos, waitedNanos);
    }
  }

  void decoded(int tokens, long sinceLastTokenNanos) {
    if (tokens == 0) {
      return;
    }
    itlBuckets.observeNanos(sinceLastTokenNanos, tokens);
    if (nowNanos >= measuredFromNanos) {
      itl.add(sinceLastTokenNanos, tokens);
    }
  }

  Percentiles ttft() {
    return ttft;
  }

  WeightedPercentiles itl() {
    return itl;
  }

  LatencyCounts ttftCounts() {
    return ttftBuckets.counts();
  }

  LatencyCounts itlCounts() {
    return itlBuckets.counts();
  }
}
