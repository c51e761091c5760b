package io.batchprocessor.http;

import io.batchprocessor.message.Bytes;
import io.batchprocessor.spi.InferenceResponse;
import io.batchprocessor.spi.ResponseTooLargeException;
import io.batchprocessor.spi.UnreadableResponseException;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.zip.GZIPInputStream;
import java.util.zip.InflaterInputStream;

/**
 * Unpacks an answer that came compressed (RFC 9110, section 8.4.1).
 *
 * <p>The clients send no {@code Accept-Encoding}: gateway and processor are near each other, and
 * compression costs more than it saves there. A message's own header may ask for it though, of the
 * codings that are known here, and some proxies compress unasked.
 */
final class ContentCoding {

  private static final String CONTENT_ENCODING = "content-encoding";
  private static final int STEP = 16 * 1024;

  private ContentCoding() {}

  /**
   * The answer as it was before it was compressed, without the headers that described its
   * compressed form.
   *
   * @throws ResponseTooLargeException if it is above the limit once unpacked
   * @throws UnreadableResponseException if it can't be unpacked
   */
  static InferenceResponse unpack(InferenceResponse answer, int limit) throws IOException {
    String coding = answer.headers().get(CONTENT_ENCODING);
    if (coding == null || coding.equalsIgnoreCase("identity") || answer.body().isEmpty()) {
      return answer;
    }
    Map<String, String> headers = new HashMap<>(answer.headers());
    headers.remove(CONTENT_ENCODING);
    headers.remove("content-length");
    try (InputStream unpacked = open(coding, answer.body())) {
      Bytes body = read(unpacked, answer.statusCode(), limit);
      return new InferenceResponse(answer.statusCode(), Map.copyOf(headers), body);
    } catch (ResponseTooLargeException e) {
      throw e;
    } catch (IOException e) {
      throw new UnreadableResponseException(
          answer.statusCode(),
          "the answer (status %d, content-encoding %s) can't be unpacked: %s"
              .formatted(answer.statusCode(), coding, e.getMessage()),
          e);
    }
  }

  private static InputStream open(String coding, Bytes packed) throws IOException {
    InputStream in = new ByteArrayInputStream(packed.toByteArray());
    return switch (coding.toLowerCase(Locale.ROOT)) {
      case "gzip", "x-gzip" -> new GZIPInputStream(in, STEP);
      case "deflate" -> new InflaterInputStream(in);
      default -> throw new IOException("only gzip and deflate are known");
    };
  }

  private static Bytes read(InputStream unpacked, int status, int limit) throws IOException {
    AnswerBody body = new AnswerBody(status, -1, limit);
    byte[] step = new byte[STEP];
    for (int count = unpacked.read(step); count >= 0; count = unpacked.read(step)) {
      body.append(ByteBuffer.wrap(step, 0, count));
    }
    return body.bytes();
  }
}
