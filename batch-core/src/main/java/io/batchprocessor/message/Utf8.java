package io.batchprocessor.message;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/**
 * Strict UTF-8: what RFC 3629, section 4 allows and nothing else, so no overlong forms, no
 * surrogates, nothing above U+10FFFF. Jackson's parser lets some of these pass.
 */
final class Utf8 {

  private static final VarHandle LONGS =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.nativeOrder());
  private static final long HIGH_BITS = 0x8080_8080_8080_8080L;

  private Utf8() {}

  /** The index of the first byte that is not part of a well-formed character, or -1. */
  static int firstMalformed(Bytes text) {
    byte[] array = text.backingArray();
    int begin = text.backingOffset();
    int end = begin + text.length();
    int at = skipAscii(array, begin, end);
    while (at < end) {
      int length = characterLength(array, at, end);
      if (length == 0) {
        return at - begin;
      }
      at += length;
      if (at < end && array[at] >= 0) {
        at = skipAscii(array, at, end);
      }
    }
    return -1;
  }

  /**
   * How many bytes {@code text} takes, or -1 if an unpaired surrogate keeps it from being UTF-8.
   */
  static int encodedLength(String text) {
    int bytes = 0;
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (!Character.isSurrogate(c)) {
        bytes += c < 0x80 ? 1 : c < 0x800 ? 2 : 3;
      } else if (i + 1 < text.length() && Character.isSurrogatePair(c, text.charAt(i + 1))) {
        bytes += 4;
        i++;
      } else {
        return -1;
      }
    }
    return bytes;
  }

  /** Without the byte order mark that RFC 8259, section 8.1 lets a reader ignore. */
  static Bytes withoutMark(Bytes text) {
    boolean marked =
        text.length() >= 3
            && text.at(0) == (byte) 0xEF
            && text.at(1) == (byte) 0xBB
            && text.at(2) == (byte) 0xBF;
    return marked ? text.slice(3, text.length()) : text;
  }

  private static int skipAscii(byte[] array, int from, int end) {
    int at = from;
    while (at <= end - Long.BYTES && ((long) LONGS.get(array, at) & HIGH_BITS) == 0) {
      at += Long.BYTES;
    }
    while (at < end && array[at] >= 0) {
      at++;
    }
    return at;
  }

  /** The length of the character of two bytes or more that begins at {@code at}; 0 for none. */
  private static int characterLength(byte[] array, int at, int end) {
    int lead = array[at] & 0xFF;
    int length = lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : 2;
    if (lead < 0xC2 || lead > 0xF4 || end - at < length) {
      return 0;
    }
    // The second byte's range shuts out overlong forms, surrogates and what is above U+10FFFF.
    int second = array[at + 1] & 0xFF;
    int least = lead == 0xE0 ? 0xA0 : lead == 0xF0 ? 0x90 : 0x80;
    int most = lead == 0xED ? 0x9F : lead == 0xF4 ? 0x8F : 0xBF;
    if (second < least || second > most) {
      return 0;
    }
    for (int i = 2; i < length; i++) {
      if ((array[at + i] & 0xC0) != 0x80) {
        return 0;
      }
    }
    return length;
  }
}
