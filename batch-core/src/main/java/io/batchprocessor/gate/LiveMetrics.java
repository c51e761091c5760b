package io.batchprocessor.gate;

import org.jspecify.annotations.Nullable;

/**
 * What a gateway's metrics show of live traffic at one moment. Immutable.
 *
 * @param takenNanos when they were read, on the gate's ticker
 * @param ttft times to first token since the server started; null if they are not exposed
 * @param itl times from token to token since the server started; null if they are not exposed
 * @param inEngine requests that run or wait
 * @param liveOnly whether {@code inEngine} counts live requests alone; otherwise ours are among
 *     them
 */
public record LiveMetrics(
    long takenNanos,
    @Nullable LatencyCounts ttft,
    @Nullable LatencyCounts itl,
    double inEngine,
    boolean liveOnly) {}
