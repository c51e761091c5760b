package io.batchprocessor.message;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** The fields of a result as they are read; null while they are absent. */
final class ResultFields implements MessageReader.Fields {

  private static final List<String> NAMES =
      List.of("id", "payload", "error", "error_code", "status_code", "attempts", "metadata");

  private @Nullable String id;
  private @Nullable Bytes payload;
  private @Nullable String error;
  private @Nullable ErrorCode errorCode;
  private boolean hasErrorCode;
  private int statusCode;
  private int attempts;
  private StringMap metadata = StringMap.EMPTY;

  @Override
  public List<String> names() {
    return NAMES;
  }

  @Override
  public int read(String field, MessageReader value) {
    switch (field) {
      case "id" -> {
        id = value.string("must be a string");
        return 1;
      }
      case "payload" -> {
        payload = value.slice();
        return 1 << 1;
      }
      case "error" -> {
        error = value.isNull() ? null : value.string("must be a string");
        return 1 << 2;
      }
      case "error_code" -> {
        hasErrorCode = !value.isNull();
        errorCode = hasErrorCode ? known(value.string("must be a string")) : null;
        return 1 << 3;
      }
      case "status_code" -> {
        statusCode = value.isNull() ? 0 : value.integer(100, 999);
        return 1 << 4;
      }
      case "attempts" -> {
        attempts = value.isNull() ? 0 : value.integer(0, Integer.MAX_VALUE);
        return 1 << 5;
      }
      case "metadata" -> {
        metadata = value.isNull() ? StringMap.EMPTY : value.strings();
        return 1 << 6;
      }
      default -> {
        return 0;
      }
    }
  }

  ResultMessage toMessage() {
    if (hasErrorCode && error == null) {
      throw MessageReader.fault("error: missing beside error_code; must be a string");
    }
    ResultMessage.Builder builder =
        ResultMessage.builder(RequestRules.present("id", id, "must be a string"))
            .attempts(attempts)
            .statusCode(statusCode)
            .metadata(metadata);
    if (payload != null) {
      builder.payload(payload);
    }
    if (error != null) {
      builder.error(error);
    }
    if (error != null && errorCode != null) {
      builder.error(errorCode, error);
    }
    return builder.build();
  }

  /** Null for one that a later version may have written. */
  private static @Nullable ErrorCode known(String name) {
    for (ErrorCode code : ErrorCode.values()) {
      if (code.name().equals(name)) {
        return code;
      }
    }
    return null;
  }
}
