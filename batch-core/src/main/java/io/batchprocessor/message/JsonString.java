package io.batchprocessor.message;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;

/** The characters of a JSON string as they stand in UTF-8: RFC 8259, section 7. */
final class JsonString {

  /** The first byte in the lowest bits, so that counting zeros finds the first match. */
  private static final VarHandle LONGS =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

  private static final long ONES = 0x0101_0101_0101_0101L;
  private static final long HIGH_BITS = 0x8080_8080_8080_8080L;
  private static final long SPACES = 0x2020_2020_2020_2020L;
  private static final long QUOTES = 0x2222_2222_2222_2222L;
  private static final long BACKSLASHES = 0x5C5C_5C5C_5C5C_5C5CL;

  private JsonString() {}

  /**
   * The index of the first byte from {@code from} on that doesn't stand for itself in a string: a
   * quote, a backslash or a control character; {@code end} if there is none.
   *
   * <p>Eight bytes at a time, by the well-known test for a zero byte and its like for a byte below
   * a bound (Warren, Hacker's Delight, section 6-1). A borrow may mark bytes too many, yet only
   * above the first match.
   */
  static int plainEnd(byte[] text, int from, int end) {
    int at = from;
    for (; at <= end - Long.BYTES; at += Long.BYTES) {
      long word = (long) LONGS.get(text, at);
      long marks = word - SPACES | (word ^ QUOTES) - ONES | (word ^ BACKSLASHES) - ONES;
      marks &= ~word & HIGH_BITS;
      if (marks != 0) {
        return at + Long.numberOfTrailingZeros(marks) / Byte.SIZE;
      }
    }
    while (at < end && isPlain(text[at])) {
      at++;
    }
    return at;
  }

  private static boolean isPlain(byte b) {
    return b < 0 || (b >= ' ' && b != '"' && b != '\\');
  }

  /** The text between the quotes of a string that was checked; a lone surrogate is kept. */
  static String unescape(byte[] text, int from, int to) {
    StringBuilder unescaped = new StringBuilder(to - from);
    int at = from;
    while (at < to) {
      int plain = plainEnd(text, at, to);
      unescaped.append(new String(text, at, plain - at, StandardCharsets.UTF_8));
      at = plain;
      if (at < to) {
        unescaped.append(escaped(text, at));
        at += text[at + 1] == 'u' ? 6 : 2;
      }
    }
    return unescaped.toString();
  }

  private static char escaped(byte[] text, int backslash) {
    char letter = (char) text[backslash + 1];
    return switch (letter) {
      case 'b' -> '\b';
      case 'f' -> '\f';
      case 'n' -> '\n';
      case 'r' -> '\r';
      case 't' -> '\t';
      case 'u' -> unicode(text, backslash + 2);
      default -> letter;
    };
  }

  private static char unicode(byte[] text, int from) {
    int value = 0;
    for (int i = from; i < from + 4; i++) {
      value = value << 4 | Character.digit(text[i], 16);
    }
    return (char) value;
  }
}
