package io.batchprocessor.redis;

import io.batchprocessor.message.Bytes;

/** What llm-d-async wraps a request in. */
record LlmdEnvelope(Bytes whole, String requestToken, String resultQueue, int retryCount) {}
