package io.batchprocessor.examples.files;

import io.batchprocessor.message.Bytes;
import io.batchprocessor.spi.Delivery;
import java.io.IOException;

/** Makes deliveries out of lines of the input. Safe to use from several threads. */
final class InputLines {

  /** The name of the one request queue. */
  static final String QUEUE = "input";

  private final LineFile file;
  private final Reading.Rules rules;

  InputLines(LineFile file, Reading.Rules rules) {
    this.file = file;
    this.rules = rules;
  }

  Reading read(Span line) throws IOException {
    Bytes text = file.read(line, rules.mostBytes());
    return rules.read(text);
  }

  Delivery delivery(Span line, Reading.Request request, int attempt) {
    return Delivery.builder(QUEUE, request.message())
        .attempt(attempt)
        .receipt(new Held(line, request.openAi()))
        .build();
  }

  /**
   * A line that was delivered before, once more.
   *
   * @throws IOException if it can't be read, or is not what it was
   */
  Delivery again(Span line, int attempt) throws IOException {
    if (read(line) instanceof Reading.Request request) {
      return delivery(line, request, attempt);
    }
    throw new IOException(
        "the input was changed: line %d is no request any more".formatted(line.number()));
  }
}
