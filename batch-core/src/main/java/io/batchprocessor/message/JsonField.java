package io.batchprocessor.message;

import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/** Looks into payloads and answers, for those who want to know more than the processor does. */
public final class JsonField {

  /** More digits than any count has, and fewer than would overflow. */
  private static final int MOST_DIGITS = 18;

  private JsonField() {}

  /**
   * The text of a field directly inside a JSON object, such as {@code model}. Goes as far as the
   * field; empty if there is none, if it is no text, or if what is before it is no JSON.
   */
  public static Optional<String> text(Bytes object, String name) {
    JsonScanner scanner = scannerAt(object, List.of(name));
    try {
      return scanner != null && scanner.kind() == JsonKind.STRING
          ? Optional.of(scanner.string())
          : Optional.empty();
    } catch (InvalidMessageException e) {
      return Optional.empty();
    }
  }

  /**
   * The number in the first of several fields directly inside a JSON object that is there, such as
   * {@code max_tokens}. Goes as far as the field; empty if there is none, if it is no whole number
   * of up to 18 digits from 0 on, or if what is before it is no JSON.
   */
  public static OptionalLong integer(Bytes object, String... names) {
    JsonScanner scanner = scannerAt(object, List.of(names));
    try {
      if (scanner != null && scanner.kind() == JsonKind.NUMBER) {
        String number = scanner.number();
        if (number.length() <= MOST_DIGITS && number.chars().allMatch(c -> c >= '0' && c <= '9')) {
          return OptionalLong.of(Long.parseLong(number));
        }
      }
    } catch (InvalidMessageException e) {
      // As if it weren't there.
    }
    return OptionalLong.empty();
  }

  /**
   * A scanner in front of the value of the first field with one of these names; null if there is
   * none, or if what is before it is no JSON: whoever needs it to be JSON says so.
   */
  static @Nullable JsonScanner scannerAt(Bytes object, List<String> names) {
    try {
      JsonScanner scanner = new JsonScanner(object, RequestMessage.MAX_NESTING, names);
      scanner.enterObject();
      for (String next = scanner.nextName(); next != null; next = scanner.nextName()) {
        if (names.contains(next)) {
          return scanner;
        }
        scanner.skipValue();
      }
    } catch (InvalidMessageException e) {
      // Found no field in what is no JSON.
    }
    return null;
  }
}
