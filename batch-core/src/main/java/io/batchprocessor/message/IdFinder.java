package io.batchprocessor.message;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Finds the id of a message that is at fault, so that somebody can be told. It begins anew,
 * whatever the fault was, and goes as far as the syntax allows: messages in order don't pay for
 * this.
 */
final class IdFinder {

  private static final char REPLACEMENT = '\uFFFD';

  /** For the id of a message that is nested too deeply. Bounded still: a level takes a bit. */
  private static final int MAX_NESTING = 100 * RequestMessage.MAX_NESTING;

  private IdFinder() {}

  /** The id, or null if there is none that can be used. */
  static @Nullable String find(Bytes json) {
    if (Utf8.firstMalformed(json) < 0) {
      return RequestRules.usableId(read(json));
    }
    // The typical case is a payload in ISO-8859-1 and an id in ASCII.
    String id = read(Bytes.utf8(json.toUtf8()));
    return id == null || id.indexOf(REPLACEMENT) >= 0 ? null : RequestRules.usableId(id);
  }

  private static @Nullable String read(Bytes json) {
    try {
      JsonScanner scanner = new JsonScanner(json, MAX_NESTING, List.of("id"));
      scanner.enterObject();
      for (String name = scanner.nextName(); name != null; name = scanner.nextName()) {
        if (name.equals("id")) {
          return scanner.kind() == JsonKind.STRING ? scanner.string() : null;
        }
        scanner.skipValue();
      }
      return null;
    } catch (InvalidMessageException e) {
      return null;
    }
  }
}
