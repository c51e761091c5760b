package io.batchprocessor.transform;

import io.batchprocessor.message.Bytes;
import io.batchprocessor.spi.RequestBody;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Map;
import java.util.function.IntFunction;

/**
 * A form as {@code multipart/form-data} (RFC 7578). The same fields always give the same bytes, as
 * the attempts at a request share one idempotency key.
 */
final class MultipartForm {

  private final Map<String, Bytes> fields;

  /**
   * A form.
   *
   * @param fields values by name, in order; names are visible ASCII without quotes and backslashes
   */
  MultipartForm(Map<String, Bytes> fields) {
    this.fields = fields;
  }

  RequestBody body() {
    String digest = digest();
    return body(round -> "batch-" + round + "-" + digest);
  }

  /**
   * With the first boundary that does not occur in the content (RFC 2046, section 5.1.1).
   *
   * @param boundaries of any number, at most 70 token characters each
   */
  RequestBody body(IntFunction<String> boundaries) {
    int round = 0;
    while (occurs(boundaries.apply(round))) {
      round++;
    }
    String boundary = boundaries.apply(round);
    return new RequestBody(content(boundary), "multipart/form-data; boundary=" + boundary);
  }

  private boolean occurs(String boundary) {
    return fields.entrySet().stream()
        .anyMatch(
            field ->
                field.getKey().contains(boundary) || latin1(field.getValue()).contains(boundary));
  }

  /** One char for each byte, so that the search is one of bytes. */
  private static String latin1(Bytes bytes) {
    return StandardCharsets.ISO_8859_1.decode(bytes.asByteBuffer()).toString();
  }

  private Bytes content(String boundary) {
    int size = boundary.length() + 6;
    for (Map.Entry<String, Bytes> field : fields.entrySet()) {
      size += head(boundary, field.getKey()).length + field.getValue().length() + 2;
    }
    ByteBuffer content = ByteBuffer.allocate(size);
    fields.forEach(
        (name, value) ->
            content.put(head(boundary, name)).put(value.asByteBuffer()).put(ascii("\r\n")));
    content.put(ascii("--" + boundary + "--\r\n"));
    return Bytes.wrap(content.array());
  }

  /** RFC 7578, section 4.2. Text needs no type of its own (4.4); what is not ASCII is in UTF-8. */
  private static byte[] head(String boundary, String name) {
    return ascii(
        "--%s\r\nContent-Disposition: form-data; name=\"%s\"\r\n\r\n".formatted(boundary, name));
  }

  private static byte[] ascii(String text) {
    return text.getBytes(StandardCharsets.US_ASCII);
  }

  /** 128 bits are enough that nobody runs into it, and whoever aims at it is found. */
  private String digest() {
    try {
      MessageDigest sha256 = MessageDigest.getInstance("SHA-256");
      fields.forEach(
          (name, value) -> {
            sha256.update(ascii(name));
            sha256.update((byte) 0);
            sha256.update(value.asByteBuffer());
            sha256.update((byte) 0);
          });
      return HexFormat.of().formatHex(sha256.digest(), 0, 16);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JVM has SHA-256", e);
    }
  }
}
