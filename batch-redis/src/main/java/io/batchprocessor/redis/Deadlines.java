package io.batchprocessor.redis;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import io.batchprocessor.message.Bytes;
import java.io.IOException;

/** Finds the deadline in a request, so that it can be the message's score. */
final class Deadlines {

  private static final JsonFactory JSON = new JsonFactory();

  private Deadlines() {}

  /**
   * The deadline in seconds since the epoch, as it is written; {@code 0} if there is none that can
   * be read: such a message is to be refused, the sooner the better.
   */
  static String read(Bytes request) {
    try (JsonParser json = JSON.createParser(request.toByteArray())) {
      if (json.nextToken() == JsonToken.START_OBJECT) {
        return fieldOfObject(json);
      }
    } catch (IOException | NumberFormatException e) {
      // Whoever takes the message says what is wrong with it.
      return "0";
    }
    return "0";
  }

  private static String fieldOfObject(JsonParser json) throws IOException {
    while (json.nextToken() == JsonToken.FIELD_NAME) {
      String name = json.currentName();
      JsonToken value = json.nextToken();
      if (name.equals("deadline") && value.isScalarValue()) {
        double seconds = Double.parseDouble(json.getText().strip());
        return Double.isNaN(seconds) ? "0" : json.getText().strip();
      }
      if (name.equals("data") && value == JsonToken.START_OBJECT) {
        return fieldOfObject(json);
      }
      json.skipChildren();
    }
    return "0";
  }
}
