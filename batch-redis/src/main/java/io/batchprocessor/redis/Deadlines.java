package io.batchprocessor.redis;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import io.batchprocessor.message.Bytes;
import java.io.IOException;
import java.util.regex.Pattern;

/** Finds the deadline in a request, so that it can be the message's score. */
final class Deadlines {

  private static final JsonFactory JSON = new JsonFactory();

  /** Java reads more than that, such as {@code 5d} or {@code 0x1p3}; Redis does not. */
  private static final Pattern DECIMAL =
      Pattern.compile("[-+]?(?:[0-9]++(?:\\.[0-9]*+)?|\\.[0-9]++)(?:[eE][-+]?[0-9]++)?");

  /** Every whole number below it is a double. */
  private static final double MOST_EXACT = 1e15;

  private Deadlines() {}

  /**
   * The deadline in seconds since the epoch, in a short form that Redis takes for a score; {@code
   * 0} if there is none that can be read: such a message is to be refused, the sooner the better.
   */
  static String read(Bytes request) {
    try (JsonParser json = JSON.createParser(request.toByteArray())) {
      if (json.nextToken() == JsonToken.START_OBJECT) {
        return fieldOfObject(json);
      }
    } catch (IOException e) {
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
        return score(json.getText().strip());
      }
      if (name.equals("data") && value == JsonToken.START_OBJECT) {
        return fieldOfObject(json);
      }
      json.skipChildren();
    }
    return "0";
  }

  private static String score(String deadline) {
    if (!DECIMAL.matcher(deadline).matches()) {
      return "0";
    }
    double seconds = Double.parseDouble(deadline);
    if (Double.isInfinite(seconds)) {
      return seconds > 0 ? "inf" : "-inf";
    }
    boolean isWhole = seconds == Math.rint(seconds) && Math.abs(seconds) < MOST_EXACT;
    return isWhole ? Long.toString((long) seconds) : Double.toString(seconds);
  }
}
