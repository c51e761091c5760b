package io.batchprocessor.message;

import java.nio.charset.StandardCharsets;

/**
 * The tokens of a JSON text (RFC 8259, section 2), from front to back; {@link JsonScanner} makes
 * values of them. Each method either leaves the place behind what it read or throws an {@link
 * InvalidMessageException} that gives the byte at fault.
 */
abstract class JsonTokens {

  private final byte[] text;
  private final int begin;
  private final int end;
  private int at;

  JsonTokens(Bytes json) {
    text = json.backingArray();
    begin = json.backingOffset();
    end = begin + json.length();
    at = begin;
  }

  /** How many bytes were read. */
  int position() {
    return at - begin;
  }

  /** Whether nothing but white space follows. */
  boolean isAtEnd() {
    next();
    return at == end;
  }

  /** Of what kind the value is that follows, by its first byte. */
  JsonKind kind() {
    return switch (next()) {
      case '{' -> JsonKind.OBJECT;
      case '[' -> JsonKind.ARRAY;
      case '"' -> JsonKind.STRING;
      case '-', '0', '1', '2', '3', '4', '5', '6', '7', '8', '9' -> JsonKind.NUMBER;
      case 't', 'f' -> JsonKind.BOOLEAN;
      case 'n' -> JsonKind.NULL;
      default -> throw unexpected();
    };
  }

  /** The text of the string that follows. */
  String string() {
    next();
    int from = at + 1;
    boolean escaped = skipString();
    return escaped ? JsonString.unescape(text, from, at - 1) : utf8(from, at - 1);
  }

  /**
   * The first characters of the string that follows; the place stays in front of it. Looks no
   * further than they reach.
   *
   * @param most how many characters (UTF-16); not negative
   */
  String beginning(int most) {
    next();
    int from = at;
    if (peek() != '"') {
      throw unexpected();
    }
    from++;
    // An escaped character takes 6 bytes, and no other takes more than 4.
    int limit = (int) Math.min(end, from + 6L * most);
    int to = JsonString.plainEnd(text, from, limit);
    boolean escaped = false;
    while (to < limit && text[to] == '\\') {
      escaped = true;
      to = to + 1 < end && text[to + 1] == 'u' ? to + 6 : to + 2;
      if (to > end) {
        throw unexpected();
      }
      to = JsonString.plainEnd(text, Math.min(to, limit), limit);
    }
    String read = escaped ? JsonString.unescape(text, from, to) : utf8(from, to);
    return read.substring(0, Math.min(most, read.length()));
  }

  /** The text of the number that follows. */
  String number() {
    next();
    int from = at;
    skipNumber();
    return utf8(from, at);
  }

  /**
   * Skips a string, number or literal.
   *
   * @param first what {@link #next} gave
   */
  void skipScalar(int first) {
    switch (first) {
      case '"' -> skipString();
      case 't' -> skipLiteral("true");
      case 'f' -> skipLiteral("false");
      case 'n' -> skipLiteral("null");
      default -> skipNumber();
    }
  }

  /** Whether a string follows that has these characters and no escapes. */
  boolean isAtString(String ascii) {
    int close = at + 1 + ascii.length();
    if (close >= end || text[at] != '"' || text[close] != '"') {
      return false;
    }
    for (int i = 0; i < ascii.length(); i++) {
      if (text[at + 1 + i] != ascii.charAt(i)) {
        return false;
      }
    }
    return true;
  }

  private void skipLiteral(String literal) {
    for (int i = 0; i < literal.length(); i++) {
      take(literal.charAt(i));
    }
  }

  /** Section 6. */
  private void skipNumber() {
    if (peek() == '-') {
      at++;
    }
    if (peek() == '0') {
      at++;
    } else {
      skipDigits();
    }
    if (peek() == '.') {
      at++;
      skipDigits();
    }
    if (peek() == 'e' || peek() == 'E') {
      at++;
      if (peek() == '+' || peek() == '-') {
        at++;
      }
      skipDigits();
    }
  }

  /** One digit at least. */
  private void skipDigits() {
    int i = at;
    while (i < end && text[i] >= '0' && text[i] <= '9') {
      i++;
    }
    if (i == at) {
      throw unexpected();
    }
    at = i;
  }

  /**
   * Section 7. An escaped surrogate may stand alone: section 8.2.
   *
   * @return whether there are escapes in it
   */
  boolean skipString() {
    take('"');
    at = JsonString.plainEnd(text, at, end);
    boolean escaped = peek() == '\\';
    while (peek() == '\\') {
      at++;
      skipEscape();
      at = JsonString.plainEnd(text, at, end);
    }
    take('"');
    return escaped;
  }

  private void skipEscape() {
    switch (peek()) {
      case '"', '\\', '/', 'b', 'f', 'n', 'r', 't' -> at++;
      case 'u' -> {
        at++;
        for (int i = 0; i < 4; i++) {
          if (Character.digit(peek(), 16) < 0) {
            throw unexpected();
          }
          at++;
        }
      }
      default -> throw unexpected();
    }
  }

  /** Skips white space and the token, which must follow. */
  void expect(char token) {
    next();
    take(token);
  }

  private void take(char ascii) {
    if (peek() != ascii) {
      throw unexpected();
    }
    at++;
  }

  /** Skips white space, and the token if it follows. */
  boolean skipIf(char token) {
    if (next() != token) {
      return false;
    }
    at++;
    return true;
  }

  /** The byte behind white space (section 2), which is skipped; see {@link #peek}. */
  int next() {
    int i = at;
    while (i < end && JsonText.isSpace(text[i])) {
      i++;
    }
    at = i;
    return i < end ? text[i] : -1;
  }

  /** The byte that follows; negative at the end and for what is not ASCII. */
  private int peek() {
    return at < end ? text[at] : -1;
  }

  private String utf8(int from, int to) {
    return new String(text, from, to - from, StandardCharsets.UTF_8);
  }

  private InvalidMessageException unexpected() {
    return MessageReader.fault(
        at == end
            ? "message: ends in the middle of its JSON; must be a JSON object"
            : "message: not JSON at byte " + position() + "; must be a JSON object");
  }
}
