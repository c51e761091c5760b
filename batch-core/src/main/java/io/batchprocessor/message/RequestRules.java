package io.batchprocessor.message;

import java.time.Instant;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What the fields of a request must be beyond their type. The same for a request that was read and
 * for one that was built.
 */
final class RequestRules {

  static final String ID_EXPECTED =
      "must be a string of 1 to " + RequestMessage.MAX_ID_BYTES + " bytes in UTF-8";

  static final String PAYLOAD_EXPECTED = "must be a JSON object";

  private RequestRules() {}

  /**
   * {@code request}, if it keeps the rules.
   *
   * @throws InvalidMessageException without the id
   */
  static RequestMessage check(RequestMessage request) {
    String fault = fault(request);
    if (fault != null) {
      throw new InvalidMessageException(null, fault);
    }
    return request;
  }

  /**
   * A field's value, if there is one.
   *
   * @throws InvalidMessageException without the id, if there is none
   */
  static <T> T present(String field, @Nullable T value, String expected) {
    if (value == null) {
      throw new InvalidMessageException(null, field + ": missing; " + expected);
    }
    return value;
  }

  /**
   * The object in {@code payload}, without white space around it. Only for what was built: a parser
   * has seen the rest.
   *
   * @throws InvalidMessageException without the id, if there is none
   */
  static Bytes payload(@Nullable Bytes payload) {
    Bytes text = JsonText.strip(present("payload", payload, PAYLOAD_EXPECTED));
    if (text.isEmpty() || text.at(0) != '{' || !JsonText.isFieldValue(text)) {
      throw new InvalidMessageException(
          null,
          "payload: not one JSON object in UTF-8, nested less than %d levels deep"
              .formatted(RequestMessage.MAX_NESTING));
    }
    return text;
  }

  /** The id if somebody can be told by it, or null. */
  static @Nullable String usableId(@Nullable String id) {
    return id != null && idFault(id) == null ? id : null;
  }

  private static @Nullable String idFault(String id) {
    if (id.isEmpty()) {
      return "id: empty; " + ID_EXPECTED;
    }
    for (int i = 0; i < id.length(); i++) {
      if (Character.isISOControl(id.charAt(i))) {
        return "id: " + Quoted.of(id) + " has a control character at position " + i;
      }
    }
    int bytes = Utf8.encodedLength(id);
    if (bytes < 0) {
      return "id: " + Quoted.of(id) + " has an unpaired surrogate; must be Unicode text";
    }
    return bytes <= RequestMessage.MAX_ID_BYTES
        ? null
        : "id: " + Quoted.of(id) + " has " + bytes + " bytes; " + ID_EXPECTED;
  }

  private static @Nullable String fault(RequestMessage request) {
    String fault = idFault(request.id());
    if (fault == null) {
      fault = timeFault("deadline", request.deadline());
    }
    if (fault == null && request.created().isPresent()) {
      fault = timeFault("created", request.created().get());
    }
    if (fault == null) {
      fault = metadataFault(request.metadata());
    }
    if (fault == null) {
      fault = HeaderRules.fault(request.headers());
    }
    if (fault == null && request.endpoint().isPresent()) {
      fault = EndpointPath.fault(request.endpoint().get());
    }
    return fault;
  }

  private static @Nullable String timeFault(String field, Instant time) {
    return time.isAfter(Instant.EPOCH)
        ? null
        : field + ": not after the year 1970 began; " + UnixTime.EXPECTED;
  }

  private static @Nullable String metadataFault(Map<String, String> metadata) {
    for (Map.Entry<String, String> entry : metadata.entrySet()) {
      if (Utf8.encodedLength(entry.getKey()) < 0 || Utf8.encodedLength(entry.getValue()) < 0) {
        return "metadata: "
            + Quoted.of(entry.getKey())
            + " has an unpaired surrogate; must be Unicode text";
      }
    }
    return null;
  }
}
