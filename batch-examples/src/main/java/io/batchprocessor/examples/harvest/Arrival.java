package io.batchprocessor.examples.harvest;

/**
 * A live request that will come.
 *
 * @param atNanos when, from the start of the run
 * @param promptTokens tokens to prefill
 * @param answerTokens tokens to generate
 */
record Arrival(long atNanos, int promptTokens, int answerTokens) {}
