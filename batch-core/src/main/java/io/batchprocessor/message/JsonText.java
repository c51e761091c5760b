package io.batchprocessor.message;

import java.util.List;

/** JSON as RFC 8259 has it: one value, in UTF-8, nothing after it. */
final class JsonText {

  private JsonText() {}

  /**
   * Whether {@code text} is one JSON value that stays within {@link RequestMessage#MAX_NESTING} as
   * a field of a message.
   */
  static boolean isFieldValue(Bytes text) {
    if (Utf8.firstMalformed(text) >= 0) {
      return false;
    }
    try {
      JsonScanner scanner = new JsonScanner(text, RequestMessage.MAX_NESTING - 1, List.of());
      scanner.skipValue();
      return scanner.isAtEnd();
    } catch (InvalidMessageException e) {
      return false;
    }
  }

  /** Without the white space of RFC 8259, section 2 at both ends. */
  static Bytes strip(Bytes text) {
    int begin = 0;
    int end = text.length();
    while (begin < end && isSpace(text.at(begin))) {
      begin++;
    }
    while (begin < end && isSpace(text.at(end - 1))) {
      end--;
    }
    return text.slice(begin, end);
  }

  static boolean isSpace(byte b) {
    return b <= ' ' && (b == ' ' || b == '\n' || b == '\r' || b == '\t');
  }
}
