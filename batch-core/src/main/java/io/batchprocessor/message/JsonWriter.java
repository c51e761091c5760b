package io.batchprocessor.message;

import java.util.Arrays;
import java.util.Map;

/**
 * Writes one JSON object, compact and in UTF-8, into one array. What is JSON already is copied as
 * it is. An unpaired surrogate becomes U+FFFD: readers disagree about it (RFC 8259, section 8.2),
 * so requests that have one are refused, and only error texts can still bring one along.
 */
final class JsonWriter {

  private static final byte[] HEX = {
    '0', '1', '2', '3', '4', '5', '6', '7', '8', '9', 'a', 'b', 'c', 'd', 'e', 'f'
  };

  /** The longest form of one char, a Unicode escape. */
  private static final int MAX_CHAR_BYTES = 6;

  private static final char REPLACEMENT = '\uFFFD';

  private byte[] buffer;
  private int size;

  /**
   * A writer.
   *
   * @param expectedBytes how much will be written, so that the array need not grow
   */
  JsonWriter(int expectedBytes) {
    buffer = new byte[Math.max(16, expectedBytes)];
    buffer[size++] = '{';
  }

  void string(String name, String value) {
    name(name);
    quote(value);
  }

  void number(String name, int value) {
    raw(name, Integer.toString(value));
  }

  /** A number in JSON's own form. */
  void raw(String name, String json) {
    name(name);
    ensure(json.length());
    for (int i = 0; i < json.length(); i++) {
      buffer[size++] = (byte) json.charAt(i);
    }
  }

  /** A value that is JSON text already, within the object that is written. */
  void raw(String name, Bytes json) {
    name(name);
    ensure(json.length());
    System.arraycopy(json.backingArray(), json.backingOffset(), buffer, size, json.length());
    size += json.length();
  }

  /** An object of strings; left out if it is empty. */
  void strings(String name, Map<String, String> values) {
    if (values.isEmpty()) {
      return;
    }
    name(name);
    put('{');
    for (Map.Entry<String, String> value : values.entrySet()) {
      string(value.getKey(), value.getValue());
    }
    put('}');
  }

  Bytes finish() {
    put('}');
    return Bytes.wrap(buffer).slice(0, size);
  }

  /** Well-formed UTF-8 as a JSON string: only ASCII has to be escaped. */
  static Bytes quoted(Bytes utf8) {
    JsonWriter writer = new JsonWriter(utf8.length() + utf8.length() / 16 + 2);
    writer.buffer[0] = '"';
    for (int i = 0; i < utf8.length(); i++) {
      writer.ensure(MAX_CHAR_BYTES);
      byte b = utf8.at(i);
      if (b < 0 || isPlain((char) b)) {
        writer.buffer[writer.size++] = b;
      } else {
        writer.escape((char) b);
      }
    }
    writer.put('"');
    return Bytes.wrap(writer.buffer).slice(0, writer.size);
  }

  /** About how much {@link #strings} will write. */
  static int expectedBytes(Map<String, String> values) {
    int bytes = 0;
    for (Map.Entry<String, String> value : values.entrySet()) {
      bytes += value.getKey().length() + value.getValue().length() + 6;
    }
    return bytes;
  }

  private void name(String name) {
    if (buffer[size - 1] != '{') {
      put(',');
    }
    quote(name);
    put(':');
  }

  private void quote(String text) {
    int length = text.length();
    ensure(length + 2);
    byte[] to = buffer;
    int at = size;
    to[at++] = '"';
    int i = 0;
    while (i < length && isPlain(text.charAt(i))) {
      to[at++] = (byte) text.charAt(i++);
    }
    size = at;
    if (i < length) {
      quoteRest(text, i);
    }
    put('"');
  }

  private void quoteRest(String text, int from) {
    for (int i = from; i < text.length(); i++) {
      ensure(MAX_CHAR_BYTES);
      char c = text.charAt(i);
      if (isPlain(c)) {
        buffer[size++] = (byte) c;
      } else if (c < 0x80) {
        escape(c);
      } else if (!Character.isSurrogate(c)) {
        encode(c);
      } else if (i + 1 < text.length() && Character.isSurrogatePair(c, text.charAt(i + 1))) {
        encode(Character.toCodePoint(c, text.charAt(++i)));
      } else {
        encode(REPLACEMENT);
      }
    }
  }

  private void escape(char c) {
    switch (c) {
      case '"', '\\' -> escapeShort(c);
      case '\n' -> escapeShort('n');
      case '\r' -> escapeShort('r');
      case '\t' -> escapeShort('t');
      default -> escapeUnicode(c);
    }
  }

  private void escapeShort(char c) {
    buffer[size++] = '\\';
    buffer[size++] = (byte) c;
  }

  private void escapeUnicode(char c) {
    escapeShort('u');
    for (int shift = 12; shift >= 0; shift -= 4) {
      buffer[size++] = HEX[(c >> shift) & 0xF];
    }
  }

  private void encode(int codePoint) {
    if (codePoint < 0x800) {
      buffer[size++] = (byte) (0xC0 | (codePoint >> 6));
    } else if (codePoint < 0x1_0000) {
      buffer[size++] = (byte) (0xE0 | (codePoint >> 12));
      continuation(codePoint >> 6);
    } else {
      buffer[size++] = (byte) (0xF0 | (codePoint >> 18));
      continuation(codePoint >> 12);
      continuation(codePoint >> 6);
    }
    continuation(codePoint);
  }

  private void continuation(int bits) {
    buffer[size++] = (byte) (0x80 | (bits & 0x3F));
  }

  private static boolean isPlain(char c) {
    return c >= ' ' && c < 0x7F && c != '"' && c != '\\';
  }

  private void put(char ascii) {
    ensure(1);
    buffer[size++] = (byte) ascii;
  }

  private void ensure(int more) {
    int needed = Math.addExact(size, more);
    if (needed > buffer.length) {
      buffer = Arrays.copyOf(buffer, (int) Math.min(Integer.MAX_VALUE - 8L, needed + needed / 2L));
    }
  }
}
