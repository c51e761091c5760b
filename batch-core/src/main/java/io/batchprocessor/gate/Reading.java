package io.batchprocessor.gate;

/**
 * What was measured, and when.
 *
 * @param takenNanos by the ticker
 */
record Reading<T>(T value, long takenNanos) {}
