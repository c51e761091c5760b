package io.batchprocessor.message;

import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A message that can't be understood. The text names the field and the fault. Of the contents it
 * quotes 40 characters at the most, where they are the fault: of an id, an endpoint, a time, a
 * number, the name of a header or of a metadata key; never of the payload or of other values.
 */
public final class InvalidMessageException extends RuntimeException {

  private static final long serialVersionUID = 1L;

  private final @Nullable String id;

  /**
   * A fault in a message.
   *
   * @param id the message's id where one could be read
   * @param fault the field and what is wrong with it, such as {@code deadline: missing}
   */
  public InvalidMessageException(@Nullable String id, String fault) {
    super(Objects.requireNonNull(fault, "fault"));
    this.id = id;
  }

  /** The same fault, of the message that has this id. */
  InvalidMessageException withId(@Nullable String id) {
    return new InvalidMessageException(id, Objects.requireNonNull(getMessage(), "fault"));
  }

  /** The message's id; empty where none could be read, so that nobody can be told. */
  public Optional<String> id() {
    return Optional.ofNullable(id);
  }
}
