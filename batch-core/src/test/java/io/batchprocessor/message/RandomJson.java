package io.batchprocessor.message;

import java.io.ByteArrayOutputStream;
import java.util.Random;
import java.util.function.Function;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;

/** JSON texts as no writer of ours would write them. */
final class RandomJson {

  private static final int MAX_DEPTH = 5;

  private final Random random;

  private RandomJson(Random random) {
    this.random = random;
  }

  static <T> Arbitrary<T> arbitrary(Function<RandomJson, T> shape) {
    return Arbitraries.randomValue(random -> shape.apply(new RandomJson(random)));
  }

  String value() {
    return value(0);
  }

  String spacedValue() {
    return space() + value() + space();
  }

  String object() {
    return object(0);
  }

  /** Names come from a few, so that some are given twice; some are those of message fields. */
  private String object(int depth) {
    StringBuilder json = new StringBuilder("{").append(space());
    int size = random.nextInt(4);
    for (int i = 0; i < size; i++) {
      String name =
          random.nextBoolean()
              ? pick("\"a\"", "\"id\"", "\"\\u0069d\"", "\"payload\"", "\"\"", "\"\\udc00\"")
              : string();
      json.append(i == 0 ? "" : ",").append(space()).append(name).append(space()).append(':');
      json.append(space()).append(value(depth + 1)).append(space());
    }
    return json.append('}').toString();
  }

  private String array(int depth) {
    StringBuilder json = new StringBuilder("[").append(space());
    int size = random.nextInt(4);
    for (int i = 0; i < size; i++) {
      json.append(i == 0 ? "" : ",").append(space()).append(value(depth + 1)).append(space());
    }
    return json.append(']').toString();
  }

  private String value(int depth) {
    return switch (random.nextInt(depth < MAX_DEPTH ? 7 : 5)) {
      case 0, 1 -> string();
      case 2, 3 -> number();
      case 4 -> pick("true", "false", "null", "\"\\uD800\"", "\"\\udc00\\ud800\"");
      case 5 -> array(depth);
      default -> object(depth);
    };
  }

  String number() {
    String whole = pick("0", "1", "9007199254740993", "18446744073709551617", "7" + "3".repeat(99));
    String fraction = random.nextBoolean() ? "." + digits() : "";
    String exponent = random.nextInt(3) == 0 ? pick("e", "E", "e+", "E-") + digits() : "";
    return pick("", "-") + whole + fraction + exponent;
  }

  private String digits() {
    StringBuilder digits = new StringBuilder();
    int size = 1 + random.nextInt(30);
    for (int i = 0; i < size; i++) {
      digits.append(random.nextInt(10));
    }
    return digits.toString();
  }

  String string() {
    StringBuilder json = new StringBuilder("\"");
    int size = random.nextInt(12);
    for (int i = 0; i < size; i++) {
      switch (random.nextInt(4)) {
        case 0 -> json.append(pick("\\n", "\\\"", "\\\\", "\\/", "\\u0000", "\\ud83d\\uDE00"));
        case 1 -> json.append(pick("😀", "\uFEFF", "\u007F", "\u2028", "ß", "漢"));
        case 2 -> json.append(pick("{", "}", "[", "]", ",", ":", "/", "'", " "));
        default -> json.append((char) ('a' + random.nextInt(26)));
      }
    }
    return json.append('"').toString();
  }

  String space() {
    return pick("", "", "", " ", "\n", "\t\r ");
  }

  /** Fields that are none of a message's own, each with a comma behind it. */
  String unknownFields() {
    StringBuilder fields = new StringBuilder();
    for (int i = random.nextInt(3); i > 0; i--) {
      fields.append("\"other\"").append(space()).append(':').append(spacedValue()).append(',');
    }
    return fields.toString();
  }

  String pick(String... choices) {
    return choices[random.nextInt(choices.length)];
  }

  /** {@code bytes} with one place put out of order: something added, changed, gone or doubled. */
  static byte[] damaged(byte[] bytes, Random random) {
    int where = random.nextInt(bytes.length);
    String intruders = "0.-+\"\\,:{}[]eEu/'\u0000\u0001\u001F ";
    ByteArrayOutputStream out = new ByteArrayOutputStream(bytes.length + 1);
    out.write(bytes, 0, where);
    switch (random.nextInt(5)) {
      case 0 -> out.write(intruders.charAt(random.nextInt(intruders.length())));
      case 1 -> out.write(random.nextInt(256));
      case 2 -> {
        out.write(bytes[where]);
        out.write(bytes[where]);
      }
      case 3 -> {
        return out.toByteArray();
      }
      default -> {
        // Left out.
      }
    }
    out.write(bytes, where + 1, bytes.length - where - 1);
    return out.toByteArray();
  }
}
