package io.batchprocessor.spi;

import java.util.Objects;

/** A result queue's word that one result can never be stored, however often it is tried. */
public final class ResultRejectedException extends RuntimeException {

  private static final long serialVersionUID = 1L;

  private final transient Result result;

  /**
   * A refusal.
   *
   * @param result the one at fault; of the others in the batch nothing is said
   * @param reason what the broker objects to; it reaches the user as the text of an error result
   */
  public ResultRejectedException(Result result, String reason) {
    super(Objects.requireNonNull(reason, "reason"));
    this.result = Objects.requireNonNull(result, "result");
  }

  /** The result at fault. */
  public Result result() {
    return result;
  }
}
