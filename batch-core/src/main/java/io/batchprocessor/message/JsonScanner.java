package io.batchprocessor.message;

import java.nio.charset.StandardCharsets;
import java.util.BitSet;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Goes through JSON as RFC 8259 has it, strictly and from front to back. What nobody asks for is
 * checked and skipped, without a string or an object being made of it, so that names and values
 * never seen before cost no more than others.
 *
 * <p>The text must be UTF-8: {@link Utf8} is asked first. Each method either leaves the scanner
 * behind what it read or throws an {@link InvalidMessageException} that gives the byte at fault.
 */
final class JsonScanner {

  private final Bytes json;
  private final byte[] text;
  private final int end;
  private final int maxNesting;
  private final List<String> knownNames;

  /** Of each array and object around the place: is it an object? */
  private final BitSet objects = new BitSet();

  private int at;
  private boolean atFirstName;

  /**
   * A scanner at the beginning of {@code json}.
   *
   * @param maxNesting how deep a value that is skipped may be nested
   * @param knownNames names in ASCII that are likely to come, so that they need not be made anew
   */
  JsonScanner(Bytes json, int maxNesting, List<String> knownNames) {
    this.json = json;
    this.text = json.backingArray();
    this.at = json.backingOffset();
    this.end = at + json.length();
    this.maxNesting = maxNesting;
    this.knownNames = knownNames;
  }

  /** How many bytes were read. */
  int position() {
    return at - json.backingOffset();
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

  /** Enters an object, for {@link #nextName}. */
  void enterObject() {
    expect('{');
    atFirstName = true;
  }

  /** The next name in the object that was entered, up to its value; null behind the object. */
  @Nullable String nextName() {
    boolean first = atFirstName;
    atFirstName = false;
    if (skipIf('}')) {
      return null;
    }
    if (!first) {
      expect(',');
    }
    next();
    String name = knownName();
    if (name == null) {
      name = string();
    }
    expect(':');
    return name;
  }

  /** The text of the string that follows. */
  String string() {
    next();
    int begin = at + 1;
    boolean escaped = skipString();
    return escaped ? JsonString.unescape(text, begin, at - 1) : utf8(begin, at - 1);
  }

  /** The text of the number that follows. */
  String number() {
    next();
    int begin = at;
    skipNumber();
    return utf8(begin, at);
  }

  /** The value that follows, byte for byte. */
  Bytes slice() {
    next();
    int begin = position();
    skipValue();
    return json.slice(begin, position());
  }

  /** Checks and skips the value that follows (sections 3 to 5). */
  void skipValue() {
    int depth = 0;
    do {
      int first = next();
      boolean entered = first == '{' || first == '[';
      if (entered) {
        enter(first, depth++);
      } else {
        skipScalar(first);
      }
      if (!entered || next() == closing(depth)) {
        depth = leave(depth);
      }
      if (depth > 0 && objects.get(depth - 1)) {
        next();
        skipString();
        expect(':');
      }
    } while (depth > 0);
  }

  private void enter(int opening, int depth) {
    if (depth == maxNesting) {
      throw MessageReader.fault(
          "message: nested deeper than " + RequestMessage.MAX_NESTING + " levels");
    }
    objects.set(depth, opening == '{');
    at++;
  }

  /** Leaves what ends here; the depth at which a next value follows, or 0. */
  private int leave(int depth) {
    int left = depth;
    while (left > 0 && !skipIf(',')) {
      expect(closing(left));
      left--;
    }
    return left;
  }

  private char closing(int depth) {
    return objects.get(depth - 1) ? '}' : ']';
  }

  private @Nullable String knownName() {
    for (String name : knownNames) {
      int close = at + 1 + name.length();
      if (close < end && text[close] == '"' && isAt(name, at + 1)) {
        skipString();
        return name;
      }
    }
    return null;
  }

  private boolean isAt(String ascii, int from) {
    for (int i = 0; i < ascii.length(); i++) {
      if (text[from + i] != ascii.charAt(i)) {
        return false;
      }
    }
    return true;
  }

  private void skipScalar(int first) {
    switch (first) {
      case '"' -> skipString();
      case 't' -> skipLiteral("true");
      case 'f' -> skipLiteral("false");
      case 'n' -> skipLiteral("null");
      default -> skipNumber();
    }
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
    int begin = at;
    while (at < end && text[at] >= '0' && text[at] <= '9') {
      at++;
    }
    if (at == begin) {
      throw unexpected();
    }
  }

  /**
   * Section 7. An escaped surrogate may stand alone: section 8.2.
   *
   * @return whether there are escapes in it
   */
  private boolean skipString() {
    take('"');
    boolean escaped = false;
    at = JsonString.plainEnd(text, at, end);
    while (peek() == '\\') {
      escaped = true;
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

  private void expect(char token) {
    next();
    take(token);
  }

  private void take(char ascii) {
    if (peek() != ascii) {
      throw unexpected();
    }
    at++;
  }

  private boolean skipIf(char token) {
    if (next() != token) {
      return false;
    }
    at++;
    return true;
  }

  /** The byte behind white space (section 2), which is skipped; see {@link #peek}. */
  private int next() {
    while (at < end && JsonText.isSpace(text[at])) {
      at++;
    }
    return peek();
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
