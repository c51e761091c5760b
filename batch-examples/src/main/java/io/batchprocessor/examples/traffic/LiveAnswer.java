package io.batchprocessor.examples.traffic;

/**
 * How a live request was answered.
 *
 * @param request which
 * @param lateNanos how much later than its time it was sent
 * @param arrivedNanos when it was in the engine, as the gateway tells it, in the engine's time
 *     since its start
 * @param ttftNanos time from there to the first token, as the gateway tells it
 * @param insideNanos time from there to the last token, as the gateway tells it
 * @param tookNanos time to the whole answer, as its sender saw it
 */
public record LiveAnswer(
    LiveRequest request,
    long lateNanos,
    long arrivedNanos,
    long ttftNanos,
    long insideNanos,
    long tookNanos) {}
