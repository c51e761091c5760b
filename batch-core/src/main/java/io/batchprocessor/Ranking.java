package io.batchprocessor;

import io.batchprocessor.message.Bytes;
import io.batchprocessor.message.JsonField;
import io.batchprocessor.message.PromptPrefix;
import io.batchprocessor.message.RequestMessage;
import org.jspecify.annotations.Nullable;

/** Reads out of requests what the order of their queue goes by. Immutable; used by the intakes. */
final class Ranking {

  /**
   * The most that one request counts for. What is larger is an exception, and the bound of deficit
   * round robin is in terms of the largest there can be.
   */
  static final int MOST_COST = 32_768;

  /** English text has about four characters to a token, and its letters a byte each. */
  private static final int BYTES_PER_TOKEN = 4;

  /** For a request that does not say how much it wants at most. */
  private static final int UNDECLARED_OUTPUT = 256;

  private static final long FNV_OFFSET = 0xcbf2_9ce4_8422_2325L;
  private static final long FNV_PRIME = 0x0000_0100_0000_01b3L;

  private final QueueOrder order;

  Ranking(QueueOrder order) {
    this.order = order;
  }

  Rank of(RequestMessage message) {
    String attribute = order.fairnessAttribute();
    return attribute == null
        ? new Rank("", 1, prefix(message.payload()))
        : new Rank(
            message.metadata().getOrDefault(attribute, ""),
            cost(message.payload()),
            prefix(message.payload()));
  }

  /** What it reads and the most that it may write. */
  private static int cost(Bytes payload) {
    long output =
        JsonField.integer(payload, "max_tokens", "max_completion_tokens").orElse(UNDECLARED_OUTPUT);
    long input = payload.length() / BYTES_PER_TOKEN;
    return (int) Math.max(1, Math.min(MOST_COST, input + Math.min(MOST_COST, Math.max(0, output))));
  }

  private @Nullable Long prefix(Bytes payload) {
    return order.prefixOrder() == 0
        ? null
        : PromptPrefix.of(payload, order.prefixOrder()).map(Ranking::hash).orElse(null);
  }

  /** FNV-1a of 64 bits (Fowler, Noll, Vo), over characters. */
  private static long hash(String text) {
    long hash = FNV_OFFSET;
    for (int i = 0; i < text.length(); i++) {
      hash = (hash ^ text.charAt(i)) * FNV_PRIME;
    }
    return hash;
  }
}
