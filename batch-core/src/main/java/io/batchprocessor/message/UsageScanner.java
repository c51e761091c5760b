package io.batchprocessor.message;

import java.nio.charset.StandardCharsets;
import java.util.Optional;

/** Reads the numbers directly inside the object {@code usage}, and skips what is nested deeper. */
final class UsageScanner {

  private static final int END = -1;

  /** More digits than any count of tokens has, and fewer than would overflow. */
  private static final int MOST_DIGITS = 15;

  private final Bytes json;
  private int at;
  private long input = END;
  private long output = END;

  /**
   * A scanner.
   *
   * @param at where the key ended
   */
  UsageScanner(Bytes json, int at) {
    this.json = json;
    this.at = at;
  }

  /** Goes past the colon and the brace; false if that is not what follows. */
  boolean entersObject() {
    skipSpace();
    if (peek() != ':') {
      return false;
    }
    at++;
    skipSpace();
    if (peek() != '{') {
      return false;
    }
    at++;
    return true;
  }

  /** What the object says. */
  Optional<TokenUsage> usage() {
    int depth = 1;
    while (depth > 0 && peek() != END) {
      int c = peek();
      if (c == '"') {
        int from = at + 1;
        skipString();
        if (depth == 1) {
          value(from, at - 1);
        }
      } else {
        depth += c == '{' || c == '[' ? 1 : c == '}' || c == ']' ? -1 : 0;
        at++;
      }
    }
    return depth > 0 || (input == END && output == END)
        ? Optional.empty()
        : Optional.of(new TokenUsage(Math.max(0, input), Math.max(0, output)));
  }

  /** Reads what follows the string at hand, if that is a key that counts. */
  private void value(int from, int to) {
    boolean isInput = is("prompt_tokens", from, to) || is("input_tokens", from, to);
    if (!isInput && !is("completion_tokens", from, to) && !is("output_tokens", from, to)) {
      return;
    }
    skipSpace();
    if (peek() == ':') {
      at++;
      skipSpace();
      long number = number();
      if (isInput) {
        input = number;
      } else {
        output = number;
      }
    }
  }

  /** The whole number at hand; {@link #END} if there is none. */
  private long number() {
    long value = 0;
    int digits = 0;
    for (; isDigit(peek()); at++, digits++) {
      value = digits < MOST_DIGITS ? 10 * value + (peek() - '0') : value;
    }
    return digits == 0 || digits > MOST_DIGITS ? END : value;
  }

  private boolean is(String key, int from, int to) {
    return to - from == key.length()
        && new String(
                json.backingArray(), json.backingOffset() + from, to - from, StandardCharsets.UTF_8)
            .equals(key);
  }

  private void skipString() {
    at++;
    while (peek() != '"' && peek() != END) {
      at += peek() == '\\' ? 2 : 1;
    }
    at++;
  }

  private void skipSpace() {
    while (peek() == ' ' || peek() == '\n' || peek() == '\r' || peek() == '\t') {
      at++;
    }
  }

  private int peek() {
    return at < json.length() ? json.at(at) : END;
  }

  private static boolean isDigit(int c) {
    return c >= '0' && c <= '9';
  }
}
