package io.batchprocessor.message;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.regex.Pattern;

/**
 * Walks through the fields of a message. Each fault is an {@link InvalidMessageException} that
 * names field and fault.
 */
final class MessageReader {

  /** Takes the fields it knows out of a message, one by one. */
  interface Fields {
    /** The fields it knows. */
    List<String> names();

    /**
     * Reads the value of {@code field}, if it is a known one.
     *
     * @return the field's bit, for noticing that it comes twice; 0 if it is unknown
     */
    int read(String field, MessageReader value);
  }

  /** A value stands within one object, the message. */
  private static final int MAX_VALUE_NESTING = RequestMessage.MAX_NESTING - 1;

  private static final Pattern INTEGER = Pattern.compile("-?[0-9]+");

  private final JsonScanner scanner;
  private String field = "message";

  private MessageReader(JsonScanner scanner) {
    this.scanner = scanner;
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
    new MessageReader(new JsonScanner(json, MAX_VALUE_NESTING, fields.names())).readObject(fields);
  }

  private void readObject(Fields fields) {
    if (scanner.isAtEnd()) {
      throw fault("message: empty; must be a JSON object");
    }
    if (!isObject()) {
      throw wrongKind("must be a JSON object");
    }
    scanner.enterObject();
    int seen = 0;
    for (String name = scanner.nextName(); name != null; name = scanner.nextName()) {
      field = name;
      scanner.kind();
      int begin = scanner.position();
      int bit = fields.read(name, this);
      if ((seen & bit) != 0) {
        throw fault(name + ": given twice; give it once");
      }
      seen |= bit;
      if (scanner.position() == begin) {
        scanner.skipValue();
      }
    }
    if (!scanner.isAtEnd()) {
      skipBareValue(scanner.kind());
      throw fault("message: followed by something else; must be one JSON object alone");
    }
  }

  boolean isNull() {
    return scanner.kind() == JsonKind.NULL;
  }

  boolean isObject() {
    return scanner.kind() == JsonKind.OBJECT;
  }

  /** The text of a string. */
  String string(String expected) {
    if (scanner.kind() != JsonKind.STRING) {
      throw wrongKind(expected);
    }
    return scanner.string();
  }

  /** The text of a number or a string. */
  String numberOrString(String expected) {
    return scanner.kind() == JsonKind.NUMBER ? scanner.number() : string(expected);
  }

  /** An integer from {@code least} to {@code most}. */
  int integer(int least, int most) {
    String expected = "must be an integer from " + least + " to " + most;
    if (scanner.kind() != JsonKind.NUMBER) {
      throw wrongKind(expected);
    }
    String text = scanner.number();
    if (!INTEGER.matcher(text).matches()) {
      throw fault(field + ": is " + JsonKind.NUMBER + "; " + expected);
    }
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
  StringMap strings() {
    if (!isObject()) {
      throw wrongKind("must be an object of strings");
    }
    LinkedHashMap<String, String> strings = new LinkedHashMap<>();
    scanner.enterObject();
    for (String key = scanner.nextName(); key != null; key = scanner.nextName()) {
      JsonKind kind = scanner.kind();
      if (kind != JsonKind.STRING) {
        skipBareValue(kind);
        throw fault(field + ": " + Quoted.of(key) + " is " + kind + "; must be a string");
      }
      if (strings.put(key, scanner.string()) != null) {
        throw fault(field + ": " + Quoted.of(key) + " is given twice; give it once");
      }
    }
    return StringMap.wrap(strings);
  }

  /** The text of the value, byte for byte. */
  Bytes slice() {
    return scanner.slice();
  }

  /** The value is not of the kind that the field has. */
  InvalidMessageException wrongKind(String expected) {
    JsonKind kind = scanner.kind();
    skipBareValue(kind);
    return fault(field + ": is " + kind + "; " + expected);
  }

  /** Lets a fault in the text itself, such as {@code nil}, come before that of the field. */
  private void skipBareValue(JsonKind kind) {
    if (kind.isBare()) {
      scanner.skipValue();
    }
  }

  static InvalidMessageException fault(String fault) {
    return new InvalidMessageException(null, fault);
  }
}
