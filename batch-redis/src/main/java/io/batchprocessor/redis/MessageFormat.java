package io.batchprocessor.redis;

import io.batchprocessor.message.Bytes;
import io.batchprocessor.spi.Result;
import io.batchprocessor.spi.Retry;
import org.jspecify.annotations.Nullable;

/** How messages are written in Redis: ours, or somebody else's. */
interface MessageFormat {

  /**
   * What a member of a sorted set says.
   *
   * @param envelope what it was wrapped in, where it has to be wrapped in the same again
   */
  record Read(Envelope message, @Nullable LlmdEnvelope envelope) {}

  /** Reads a member of a sorted set; what can't be read is a message of {@code queue}, as it is. */
  Read read(Bytes member, String queue);

  /** How to store a result. */
  Step result(Result result);

  /** How to store a retry. */
  Step retry(Retry retry);
}
