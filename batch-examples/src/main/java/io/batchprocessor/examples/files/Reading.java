package io.batchprocessor.examples.files;

import io.batchprocessor.message.Bytes;
import io.batchprocessor.message.InvalidMessageException;
import io.batchprocessor.message.RequestMessage;
import java.time.Instant;
import java.util.Optional;

/** What a line of the input turns out to be. */
sealed interface Reading {

  /**
   * Something for the engine, which finds any fault that is left and answers it.
   *
   * @param id as the engine will read it
   * @param message the request as a queue would have it
   * @param openAi whether the answer is to be in that format
   */
  record Request(String id, Bytes message, boolean openAi) implements Reading {}

  /** A line in the OpenAI Batch format that can't be made a request, but answered. */
  record Invalid(String id, String fault) implements Reading {}

  /** Nobody can be told but whoever reads the rejected lines. */
  record Unusable(String fault) implements Reading {}

  /** How lines are read. */
  final class Rules {
    private final int maxMessageBytes;
    private final Instant deadline;

    /**
     * Rules.
     *
     * @param deadline of lines whose format has none
     */
    Rules(int maxMessageBytes, Instant deadline) {
      this.maxMessageBytes = maxMessageBytes;
      this.deadline = deadline;
    }

    /** The most of a line that has to be read: one byte more than is allowed shows that. */
    long mostBytes() {
      return maxMessageBytes + 1L;
    }

    Reading read(Bytes line) {
      Reading openAi = OpenAiBatch.mayBe(line) ? OpenAiBatch.read(line, deadline) : null;
      return openAi == null ? own(line) : openAi;
    }

    /** By the engine's own parser, so that both find the same id. */
    private Reading own(Bytes line) {
      try {
        return new Request(RequestMessage.parse(line, maxMessageBytes).id(), line, false);
      } catch (InvalidMessageException e) {
        Optional<String> id = e.id();
        return id.isPresent()
            ? new Request(id.get(), line, false)
            : new Unusable(String.valueOf(e.getMessage()));
      }
    }
  }
}
