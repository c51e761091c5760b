package io.batchprocessor.examples.bench;

import java.nio.charset.StandardCharsets;

/**
 * Finds the ends of HTTP/1.1 requests in a stream of bytes and learns nothing else about them but
 * whether the connection stays open. Bodies are skipped as they pass by their {@code
 * Content-Length}. One for each connection; not thread-safe.
 */
final class HttpRequestScanner {

  /** A head longer than this is refused. */
  static final int MAX_HEAD_BYTES = 32 * 1024;

  /** What the bytes offered last amount to. */
  enum Found {
    /** A whole request. */
    REQUEST,
    /** A whole request, after which the client wants the connection closed. */
    LAST_REQUEST,
    /** Not a whole request yet: more bytes are needed. */
    MORE,
    /** Nothing that this server understands: the connection is to be closed. */
    INVALID
  }

  private static final byte[] CONTENT_LENGTH = name("content-length:");
  private static final byte[] CONNECTION = name("connection:");
  private static final byte[] TRANSFER_ENCODING = name("transfer-encoding:");
  private static final byte[] CLOSE = name("close");
  private static final byte[] VERSION_1_1 = name("http/1.1");

  private int position;
  private boolean inBody;
  private long bodyBytes;
  private boolean last;

  /** Where the next unread byte is: after {@link Found#MORE}, the begin of an incomplete head. */
  int position() {
    return position;
  }

  /** Looks for the end of the next request in {@code bytes[from, to)}. */
  Found scan(byte[] bytes, int from, int to) {
    position = from;
    if (!inBody) {
      int end = endOfHead(bytes, from, to);
      if (end < 0) {
        return to - from > MAX_HEAD_BYTES ? Found.INVALID : Found.MORE;
      }
      if (!readHead(bytes, from, end)) {
        return Found.INVALID;
      }
      position = end;
      inBody = true;
    }
    int skipped = (int) Math.min(bodyBytes, to - position);
    position += skipped;
    bodyBytes -= skipped;
    if (bodyBytes > 0) {
      return Found.MORE;
    }
    inBody = false;
    return last ? Found.LAST_REQUEST : Found.REQUEST;
  }

  private static int endOfHead(byte[] bytes, int from, int to) {
    for (int i = from + 3; i < to; i++) {
      if (bytes[i] == '\n'
          && bytes[i - 1] == '\r'
          && bytes[i - 2] == '\n'
          && bytes[i - 3] == '\r') {
        return i + 1;
      }
    }
    return -1;
  }

  private boolean readHead(byte[] bytes, int from, int end) {
    int line = endOfLine(bytes, from);
    bodyBytes = 0;
    last = !startsWith(bytes, line - 2 - VERSION_1_1.length, VERSION_1_1);
    while (line < end - 2) {
      int next = endOfLine(bytes, line);
      if (startsWith(bytes, line, CONTENT_LENGTH)) {
        bodyBytes = number(bytes, line + CONTENT_LENGTH.length, next - 2);
      } else if (startsWith(bytes, line, CONNECTION)) {
        last |= contains(bytes, line + CONNECTION.length, next - 2, CLOSE);
      } else if (startsWith(bytes, line, TRANSFER_ENCODING)) {
        return false;
      }
      line = next;
    }
    return bodyBytes >= 0;
  }

  private static int endOfLine(byte[] bytes, int from) {
    int at = from;
    while (bytes[at] != '\n') {
      at++;
    }
    return at + 1;
  }

  /** The value, or -1 if it is none. */
  private static long number(byte[] bytes, int from, int to) {
    String text = new String(bytes, from, to - from, StandardCharsets.US_ASCII).strip();
    try {
      return Long.parseLong(text);
    } catch (NumberFormatException e) {
      return -1;
    }
  }

  private static boolean contains(byte[] bytes, int from, int to, byte[] lowerCase) {
    for (int at = from; at <= to - lowerCase.length; at++) {
      if (startsWith(bytes, at, lowerCase)) {
        return true;
      }
    }
    return false;
  }

  private static boolean startsWith(byte[] bytes, int at, byte[] lowerCase) {
    if (at < 0 || at + lowerCase.length > bytes.length) {
      return false;
    }
    for (int i = 0; i < lowerCase.length; i++) {
      int given = bytes[at + i];
      if ((given >= 'A' && given <= 'Z' ? given + 32 : given) != lowerCase[i]) {
        return false;
      }
    }
    return true;
  }

  private static byte[] name(String lowerCase) {
    return lowerCase.getBytes(StandardCharsets.US_ASCII);
  }
}
