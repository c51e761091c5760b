package io.batchprocessor;

/** The processor. */
public final class BatchProcessor {
  private BatchProcessor() {}
}
