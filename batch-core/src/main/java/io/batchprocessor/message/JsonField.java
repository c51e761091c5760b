package io.batchprocessor.message;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/**
 * Looks into payloads and answers, for those who want to know more than the processor does, and
 * changes a field without touching the rest.
 */
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

  /** Whether it is one JSON object, in UTF-8. */
  public static boolean isObject(Bytes text) {
    try {
      JsonScanner scanner = new JsonScanner(text, RequestMessage.MAX_NESTING, List.of());
      return Utf8.firstMalformed(text) < 0
          && scanner.kind() == JsonKind.OBJECT
          && !scanner.slice().isEmpty()
          && scanner.isAtEnd();
    } catch (InvalidMessageException e) {
      return false;
    }
  }

  /**
   * The value of a field directly inside a JSON object, byte for byte, of whichever kind it is.
   * Goes as far as the field; empty if there is none, or if what is before it is no JSON.
   */
  public static Optional<Bytes> json(Bytes object, String name) {
    try {
      JsonScanner scanner = scanner(object, name);
      for (String next = scanner.nextName(); next != null; next = scanner.nextName()) {
        if (next.equals(name)) {
          return Optional.of(scanner.slice());
        }
        scanner.skipValue();
      }
    } catch (InvalidMessageException e) {
      // Whoever needs it to be JSON says so.
    }
    return Optional.empty();
  }

  /**
   * The object with that text in a field directly inside it; every other byte stays as it is. A
   * field that is there more than once has it each time, whatever it was before and however its
   * name is escaped, so that readers agree on it; one that is not there is put in front.
   *
   * @param text what it shall say; an unpaired surrogate becomes {@code ?}
   * @throws InvalidMessageException if {@code object} is no JSON object
   */
  public static Bytes withText(Bytes object, String name, String text) {
    Bytes value = quoted(text);
    JsonScanner scanner = scanner(object, name);
    int inside = scanner.position();
    List<Bytes> pieces = new ArrayList<>();
    int kept = 0;
    boolean empty = true;
    for (String next = scanner.nextName(); next != null; next = scanner.nextName()) {
      empty = false;
      int length = scanner.slice().length();
      if (next.equals(name)) {
        pieces.add(object.slice(kept, scanner.position() - length));
        pieces.add(value);
        kept = scanner.position();
      }
    }
    if (!scanner.isAtEnd()) {
      throw new InvalidMessageException(null, "message: more than one JSON object");
    }
    if (pieces.isEmpty()) {
      pieces.add(object.slice(0, inside));
      pieces.add(quoted(name));
      pieces.add(Bytes.utf8(":"));
      pieces.add(value);
      pieces.add(Bytes.utf8(empty ? "" : ","));
      kept = inside;
    }
    pieces.add(object.slice(kept, object.length()));
    return joined(pieces);
  }

  private static Bytes quoted(String text) {
    return JsonWriter.quoted(Bytes.utf8(text));
  }

  private static Bytes joined(List<Bytes> pieces) {
    ByteBuffer joined = ByteBuffer.allocate(pieces.stream().mapToInt(Bytes::length).sum());
    pieces.forEach(piece -> joined.put(piece.asByteBuffer()));
    return Bytes.wrap(joined.array());
  }

  private static JsonScanner scanner(Bytes object, String name) {
    JsonScanner scanner = new JsonScanner(object, RequestMessage.MAX_NESTING, List.of(name));
    scanner.enterObject();
    return scanner;
  }
}
