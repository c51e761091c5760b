package io.batchprocessor;

import java.util.List;
import java.util.Map;

/**
 * What a worker pool does now: one immutable snapshot.
 *
 * @param name the pool's name
 * @param queues the request queues that it serves
 * @param inFlight requests that the gateway works on
 * @param limit how many may be, now: see {@link BatchProcessor#concurrency}
 * @param concurrency how many may be, as configured
 * @param gate the name of its dispatch gate
 * @param budget the share of its capacity that the gate would give out, from 0 to 1; not a number
 *     if it can't tell
 * @param measurements the gate's live numbers by name
 */
public record PoolStats(
    String name,
    List<String> queues,
    int inFlight,
    int limit,
    int concurrency,
    String gate,
    double budget,
    Map<String, Double> measurements) {

  /** Copies the collections. */
  public PoolStats {
    queues = List.copyOf(queues);
    measurements = Map.copyOf(measurements);
  }
}
