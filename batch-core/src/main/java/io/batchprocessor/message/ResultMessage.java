package io.batchprocessor.message;

import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;

/**
 * One result, as a consumer reads it: {@code {"id": "r-1", "payload": ...}} or {@code {"id": "r-1",
 * "error": "reason"}}, with {@code status_code}, {@code error_code}, {@code attempts} and the
 * request's {@code metadata} beside these. Immutable.
 */
public final class ResultMessage {

  private final String id;
  private final @Nullable Bytes payload;
  private final @Nullable String error;
  private final @Nullable ErrorCode errorCode;
  private final int statusCode;
  private final int attempts;
  private final StringMap metadata;

  private ResultMessage(Builder builder) {
    id = builder.id;
    payload = builder.payload;
    error = builder.error;
    errorCode = builder.errorCode;
    statusCode = builder.statusCode;
    attempts = builder.attempts;
    metadata = builder.metadata;
  }

  /** A result to be built. */
  public static Builder builder(String id) {
    return new Builder(id);
  }

  /**
   * Reads a result.
   *
   * @throws InvalidMessageException if it is none
   */
  public static ResultMessage parse(Bytes json) {
    return ResultCodec.parse(json);
  }

  /** The result as it is stored, compact, in UTF-8. */
  public Bytes toJson() {
    return ResultCodec.write(this);
  }

  /** The request's id. */
  public String id() {
    return id;
  }

  /** Whether the model answered. */
  public boolean isSuccess() {
    return error == null;
  }

  /** The gateway's answer as JSON text, byte for byte; with an error too, where an answer came. */
  public Optional<Bytes> payload() {
    return Optional.ofNullable(payload);
  }

  /** What went wrong, in words. */
  public Optional<String> error() {
    return Optional.ofNullable(error);
  }

  /**
   * What went wrong, for programs; there with every error that this version of the library wrote.
   * Empty where somebody else wrote the error without a code, or a later version with one that this
   * version does not know: {@link #error} says what it was.
   */
  public Optional<ErrorCode> errorCode() {
    return Optional.ofNullable(errorCode);
  }

  /** The HTTP status of the last answer, where one came. */
  public OptionalInt statusCode() {
    return statusCode == 0 ? OptionalInt.empty() : OptionalInt.of(statusCode);
  }

  /** How many attempts were begun; 0 if the request never reached the gateway. */
  public int attempts() {
    return attempts;
  }

  /** The request's metadata. */
  public Map<String, String> metadata() {
    return metadata;
  }

  /** Id and outcome; the payload is a user's data and stays out of logs. */
  @Override
  public String toString() {
    return "ResultMessage[id=%s, %s, attempts=%d]"
        .formatted(id, isSuccess() ? "success" : errorCode == null ? "error" : errorCode, attempts);
  }

  /** Builds a {@link ResultMessage}. */
  public static final class Builder {
    private final String id;
    private @Nullable Bytes payload;
    private @Nullable String error;
    private @Nullable ErrorCode errorCode;
    private int statusCode;
    private int attempts;
    private StringMap metadata = StringMap.EMPTY;

    private Builder(String id) {
      this.id = Objects.requireNonNull(id, "id");
    }

    /**
     * An HTTP answer: its status, and its body as the payload. A body that is no JSON value becomes
     * a JSON string, and so does one that would nest the result deeper than {@value
     * RequestMessage#MAX_NESTING} levels.
     */
    public Builder answer(int statusCode, Bytes body) {
      this.statusCode = statusCode;
      this.payload = ResultCodec.asJson(body);
      return this;
    }

    /** The payload as JSON text that is known to be valid. */
    Builder payload(Bytes json) {
      this.payload = json;
      return this;
    }

    /** The HTTP status of the last answer. */
    public Builder statusCode(int statusCode) {
      this.statusCode = statusCode;
      return this;
    }

    /** Makes it an error. */
    public Builder error(ErrorCode code, String reason) {
      this.errorCode = Objects.requireNonNull(code, "code");
      return error(reason);
    }

    /** An error as others may have written it, without a code. */
    Builder error(String reason) {
      this.error = Objects.requireNonNull(reason, "reason");
      return this;
    }

    /** How many attempts were begun. */
    public Builder attempts(int attempts) {
      this.attempts = attempts;
      return this;
    }

    /** The request's metadata. Copied. */
    public Builder metadata(Map<String, String> metadata) {
      this.metadata = StringMap.copyOf(metadata);
      return this;
    }

    /** The result. */
    public ResultMessage build() {
      return new ResultMessage(this);
    }
  }
}
