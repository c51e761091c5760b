package io.batchprocessor.message;

/** What a JSON value is (RFC 8259, section 3), in the words of a fault. */
enum JsonKind {
  OBJECT("an object"),
  ARRAY("an array"),
  STRING("a string"),
  NUMBER("a number"),
  BOOLEAN("a boolean"),
  NULL("null");

  private final String words;

  JsonKind(String words) {
    this.words = words;
  }

  /** Whether it can't hold other values and isn't a string. */
  boolean isBare() {
    return compareTo(NUMBER) >= 0;
  }

  @Override
  public String toString() {
    return words;
  }
}
