package io.batchprocessor.message;

import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * One request, as a producer writes it:
 *
 * <pre>{@code
 * {"id": "r-1", "deadline": 1764045130, "payload": {"model": "m", "prompt": "hi"}}
 * }</pre>
 *
 * <p>The payload is opaque: its bytes reach the gateway as they were written. Immutable.
 */
public final class RequestMessage {

  /** The longest id, in UTF-8 bytes. */
  public static final int MAX_ID_BYTES = 512;

  /** How deep a message may be nested. */
  public static final int MAX_NESTING = 1_000;

  private final String id;
  private final Instant deadline;
  private final Bytes payload;
  private final @Nullable Instant created;
  private final @Nullable String endpoint;
  private final StringMap metadata;
  private final StringMap headers;

  /** Unchecked: whoever calls this has checked the fields, or does so next. */
  RequestMessage(
      String id,
      Instant deadline,
      Bytes payload,
      @Nullable Instant created,
      @Nullable String endpoint,
      StringMap metadata,
      StringMap headers) {
    this.id = id;
    this.deadline = deadline;
    this.payload = payload;
    this.created = created;
    this.endpoint = endpoint;
    this.metadata = metadata;
    this.headers = headers;
  }

  /** A request to be built. */
  public static Builder builder(String id) {
    return new Builder(id);
  }

  /**
   * Reads a message. Unknown fields are ignored, null stands for an optional field that is absent,
   * and a byte order mark is skipped. Of several faults one is reported: that of the text before
   * that of a field.
   *
   * @param json what the producer wrote
   * @param maxBytes the largest message to accept
   * @throws InvalidMessageException naming the field and the fault; with the id if one was read
   */
  public static RequestMessage parse(Bytes json, int maxBytes) {
    return RequestCodec.parse(json, maxBytes);
  }

  /** The message as a producer would write it, compact, in UTF-8. */
  public Bytes toJson() {
    return RequestCodec.write(this);
  }

  /**
   * What the result will be known by; not unique by itself. 1 to {@value #MAX_ID_BYTES} bytes in
   * UTF-8, without control characters.
   */
  public String id() {
    return id;
  }

  /** Until when an answer is of use. */
  public Instant deadline() {
    return deadline;
  }

  /** The JSON object to POST, byte for byte. */
  public Bytes payload() {
    return payload;
  }

  /** When the producer made it, if it says so. */
  public Optional<Instant> created() {
    return Optional.ofNullable(created);
  }

  /**
   * The path on the configured gateway to POST to, if not the configured one; begins with one
   * slash, may have a query, and leads nowhere else: no host, no fragment, no dot segments, plain
   * or escaped (RFC 3986, section 3.3).
   */
  public Optional<String> endpoint() {
    return Optional.ofNullable(endpoint);
  }

  /** The producer's own; comes back with the result. */
  public Map<String, String> metadata() {
    return metadata;
  }

  /**
   * HTTP headers to send to the gateway: tokens as names, visible ASCII as values (RFC 9110,
   * section 5), none that belongs to the connection or frames the message.
   */
  public Map<String, String> headers() {
    return headers;
  }

  /** The same with more metadata; what the message says itself stays. */
  public RequestMessage withDefaultMetadata(Map<String, String> defaults) {
    LinkedHashMap<String, String> merged = new LinkedHashMap<>(metadata);
    defaults.forEach(merged::putIfAbsent);
    return merged.size() == metadata.size()
        ? this
        : new RequestMessage(
            id, deadline, payload, created, endpoint, StringMap.wrap(merged), headers);
  }

  /** Id and size; the payload is a user's data and stays out of logs. */
  @Override
  public String toString() {
    return "RequestMessage[id=%s, deadline=%s, payload=%d bytes]"
        .formatted(id, deadline, payload.length());
  }

  /** Builds a {@link RequestMessage}; checks what {@link RequestMessage#parse} would. */
  public static final class Builder {
    private final String id;
    private @Nullable Instant deadline;
    private @Nullable Bytes payload;
    private @Nullable Instant created;
    private @Nullable String endpoint;
    private final Map<String, String> metadata = new LinkedHashMap<>();
    private final Map<String, String> headers = new LinkedHashMap<>();

    private Builder(String id) {
      this.id = Objects.requireNonNull(id, "id");
    }

    /** Until when an answer is of use. Required. */
    public Builder deadline(Instant deadline) {
      this.deadline = Objects.requireNonNull(deadline, "deadline");
      return this;
    }

    /** The JSON object to POST; white space around it is cut off. Required. */
    public Builder payload(Bytes payload) {
      this.payload = Objects.requireNonNull(payload, "payload");
      return this;
    }

    /** The JSON object to POST. Required. */
    public Builder payload(String json) {
      return payload(Bytes.utf8(json));
    }

    /** When the request was made. */
    public Builder created(Instant created) {
      this.created = Objects.requireNonNull(created, "created");
      return this;
    }

    /** A path on the gateway. */
    public Builder endpoint(String path) {
      this.endpoint = Objects.requireNonNull(path, "path");
      return this;
    }

    /** Adds metadata. */
    public Builder metadata(String key, String value) {
      metadata.put(Objects.requireNonNull(key, "key"), Objects.requireNonNull(value, "value"));
      return this;
    }

    /** Adds an HTTP header. */
    public Builder header(String name, String value) {
      headers.put(Objects.requireNonNull(name, "name"), Objects.requireNonNull(value, "value"));
      return this;
    }

    /**
     * The request.
     *
     * @throws InvalidMessageException if a field is missing or not allowed
     */
    public RequestMessage build() {
      try {
        return RequestRules.check(
            new RequestMessage(
                id,
                RequestRules.present("deadline", deadline, UnixTime.EXPECTED),
                RequestRules.payload(payload),
                created,
                endpoint,
                StringMap.copyOf(metadata),
                StringMap.copyOf(headers)));
      } catch (InvalidMessageException e) {
        throw e.withId(RequestRules.usableId(id));
      }
    }
  }
}
