package io.batchprocessor.examples.traffic;

/**
 * A live request that will be sent.
 *
 * @param atNanos when, from the start of the traffic
 * @param promptTokens tokens to prefill
 * @param answerTokens tokens to generate
 */
public record LiveRequest(long atNanos, int promptTokens, int answerTokens) {}
