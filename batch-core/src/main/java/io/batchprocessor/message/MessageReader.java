package io.batchprocessor.message;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.exc.StreamConstraintsException;
import com.fasterxml.jackson.core.io.JsonEOFException;
import java.io.IOException;
import java.util.LinkedHashMap;

/**
 * Walks through the fields of a message. Each fault is an {@link InvalidMessageException} that
 * names field and fault; what the parser says of its own stays inside, because it quotes contents.
 */
final class MessageReader {

  /** Takes the fields it knows out of a message, one by one. */
  @FunctionalInterface
  interface Fields {
    /**
     * Reads the value of {@code field}, if it is a known one.
     *
     * @return the field's bit, for noticing that it comes twice; 0 if it is unknown
     */
    int read(String field, MessageReader value) throws IOException;
  }

  private final Bytes json;
  private final JsonParser parser;
  private String field = "message";

  private MessageReader(Bytes json, JsonParser parser) {
    this.json = json;
    this.parser = parser;
  }

  /**
   * Reads the one object that {@code json} must be.
   *
   * @throws InvalidMessageException without an id, at the first fault
   */
  static void read(Bytes json, Fields fields) {
    int malformed = Utf8.firstMalformed(json);
    if (malformed >= 0) {
      throw fault("message: not UTF-8 at byte " + malformed + "; must be JSON in UTF-8");
    }
    try (JsonParser parser = JsonText.parser(json)) {
      try {
        new MessageReader(json, parser).readObject(fields);
      } catch (StreamConstraintsException e) {
        throw fault(constraintFault(parser));
      }
    } catch (IOException e) {
      throw fault(syntaxFault(e));
    }
  }

  private void readObject(Fields fields) throws IOException {
    JsonToken token = parser.nextToken();
    if (token == null) {
      throw fault("message: empty; must be a JSON object");
    }
    if (token != JsonToken.START_OBJECT) {
      throw wrongKind("must be a JSON object");
    }
    int seen = 0;
    for (String name = parser.nextFieldName(); name != null; name = parser.nextFieldName()) {
      parser.nextToken();
      field = name;
      int bit = fields.read(name, this);
      if ((seen & bit) != 0) {
        throw fault(name + ": given twice; give it once");
      }
      seen |= bit;
      // Does nothing after a value that was read.
      parser.skipChildren();
    }
    if (parser.nextToken() != null) {
      throw fault("message: followed by something else; must be one JSON object alone");
    }
  }

  boolean isNull() {
    return parser.currentToken() == JsonToken.VALUE_NULL;
  }

  boolean isObject() {
    return parser.currentToken() == JsonToken.START_OBJECT;
  }

  /** The text of a string. */
  String string(String expected) throws IOException {
    if (parser.currentToken() != JsonToken.VALUE_STRING) {
      throw wrongKind(expected);
    }
    return parser.getText();
  }

  /** The text of a number or a string. */
  String numberOrString(String expected) throws IOException {
    JsonToken token = parser.currentToken();
    if (token != JsonToken.VALUE_STRING && !token.isNumeric()) {
      throw wrongKind(expected);
    }
    return parser.getText();
  }

  /** An integer from {@code least} to {@code most}. */
  int integer(int least, int most) throws IOException {
    String expected = "must be an integer from " + least + " to " + most;
    if (parser.currentToken() != JsonToken.VALUE_NUMBER_INT) {
      throw wrongKind(expected);
    }
    String text = parser.getText();
    try {
      int value = Integer.parseInt(text);
      if (value >= least && value <= most) {
        return value;
      }
    } catch (NumberFormatException e) {
      // Beyond an int: out of range as well.
    }
    throw fault(field + ": " + Quoted.of(text) + " is out of range; " + expected);
  }

  /** An object of strings. */
  StringMap strings() throws IOException {
    if (!isObject()) {
      throw wrongKind("must be an object of strings");
    }
    LinkedHashMap<String, String> strings = new LinkedHashMap<>();
    for (String key = parser.nextFieldName(); key != null; key = parser.nextFieldName()) {
      if (parser.nextToken() != JsonToken.VALUE_STRING) {
        throw fault(field + ": " + Quoted.of(key) + " is " + kind() + "; must be a string");
      }
      if (strings.put(key, parser.getText()) != null) {
        throw fault(field + ": " + Quoted.of(key) + " is given twice; give it once");
      }
    }
    return StringMap.wrap(strings);
  }

  /** The text of the value, byte for byte. */
  Bytes slice() throws IOException {
    int begin = (int) parser.currentTokenLocation().getByteOffset();
    parser.skipChildren();
    parser.finishToken();
    return json.slice(begin, (int) parser.currentLocation().getByteOffset());
  }

  /** The value is not of the kind that the field has. */
  InvalidMessageException wrongKind(String expected) {
    return fault(field + ": is " + kind() + "; " + expected);
  }

  private String kind() {
    return switch (parser.currentToken()) {
      case START_OBJECT -> "an object";
      case START_ARRAY -> "an array";
      case VALUE_STRING -> "a string";
      case VALUE_NUMBER_INT, VALUE_NUMBER_FLOAT -> "a number";
      case VALUE_TRUE, VALUE_FALSE -> "a boolean";
      default -> "null";
    };
  }

  static InvalidMessageException fault(String fault) {
    return new InvalidMessageException(null, fault);
  }

  private static String constraintFault(JsonParser parser) {
    return parser.getParsingContext().getNestingDepth() > RequestMessage.MAX_NESTING
        ? "message: nested deeper than " + RequestMessage.MAX_NESTING + " levels"
        : "message: has too many field names that hash alike";
  }

  private static String syntaxFault(IOException e) {
    if (e instanceof JsonEOFException) {
      return "message: ends in the middle of its JSON; must be a JSON object";
    }
    return e instanceof JsonProcessingException syntax && syntax.getLocation() != null
        ? "message: not JSON at byte %d; must be a JSON object"
            .formatted(syntax.getLocation().getByteOffset())
        : "message: not JSON; must be a JSON object";
  }
}
