package io.batchprocessor.examples.gateway;

/**
 * What {@code /metrics} tells of a kind of traffic, or of all, with vLLM's bucket bounds. Not
 * thread-safe.
 */
final class TrafficMetrics {

  private static final double[] REQUEST_BOUNDS = {
    0.3, 0.5, 0.8, 1, 1.5, 2, 2.5, 5, 10, 15, 20, 30, 40, 50, 60, 120, 240, 480, 960, 1920, 7680
  };

  private final Histogram firstToken = Histogram.timeToFirstToken();
  private final Histogram betweenTokens = Histogram.interTokenLatency();
  private final Histogram queued = new Histogram(REQUEST_BOUNDS);
  private final Histogram endToEnd = new Histogram(REQUEST_BOUNDS);

  void scheduled(Sequence sequence, long nowNanos) {
    queued.observeNanos(nowNanos - sequence.arrivedNanos());
  }

  void firstToken(Sequence sequence, long nowNanos) {
    firstToken.observeNanos(nowNanos - sequence.arrivedNanos());
  }

  void decoded(int tokens, long sinceLastTokenNanos) {
    betweenTokens.observeNanos(sinceLastTokenNanos, tokens);
  }

  void finished(Sequence sequence, long nowNanos) {
    endToEnd.observeNanos(nowNanos - sequence.arrivedNanos());
  }

  Histogram firstToken() {
    return firstToken;
  }

  Histogram betweenTokens() {
    return betweenTokens;
  }

  Histogram queued() {
    return queued;
  }

  Histogram endToEnd() {
    return endToEnd;
  }
}
