package io.batchprocessor.redis;

/** How requests and results are written. */
enum WireFormat {
  /** As {@code RequestMessage} and {@code ResultMessage} say. */
  BATCH,
  /** As the producers of llm-d-async write requests, and as its consumers read results. */
  LLM_D_ASYNC
}
