package io.batchprocessor.message;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * Finds the id of a message that is at fault, so that somebody can be told. It begins anew,
 * whatever the fault was, and goes as far as the syntax allows: messages in order don't pay for
 * this.
 */
final class IdFinder {

  private static final char REPLACEMENT = '\uFFFD';

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
    try (JsonParser parser = JsonText.deepParser(json)) {
      if (parser.nextToken() != JsonToken.START_OBJECT) {
        return null;
      }
      for (String name = parser.nextFieldName(); name != null; name = parser.nextFieldName()) {
        JsonToken value = parser.nextToken();
        if (name.equals("id")) {
          return value == JsonToken.VALUE_STRING ? parser.getText() : null;
        }
        parser.skipChildren();
      }
      return null;
    } catch (IOException e) {
      return null;
    }
  }
}
