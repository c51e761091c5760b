package io.batchprocessor.message;

import java.util.List;
import java.util.Optional;

/** Looks into payloads and answers, for those who want to know more than the processor does. */
public final class JsonField {

  private JsonField() {}

  /**
   * The text of a field directly inside a JSON object, such as {@code model}. Goes as far as the
   * field; empty if there is none, if it is no text, or if what is before it is no JSON.
   */
  public static Optional<String> text(Bytes object, String name) {
    try {
      JsonScanner scanner = new JsonScanner(object, RequestMessage.MAX_NESTING, List.of(name));
      scanner.enterObject();
      for (String next = scanner.nextName(); next != null; next = scanner.nextName()) {
        if (next.equals(name)) {
          return scanner.kind() == JsonKind.STRING
              ? Optional.of(scanner.string())
              : Optional.empty();
        }
        scanner.skipValue();
      }
    } catch (InvalidMessageException e) {
      // Whoever needs it to be JSON says so.
    }
    return Optional.empty();
  }
}
