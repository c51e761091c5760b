package io.batchprocessor.message;

/** A producer's text as it may appear in a fault: short, and without what would upset a log. */
final class Quoted {

  private static final int MAX_CHARS = 40;

  private Quoted() {}

  /** The first characters in single quotes; control and other invisible ones become {@code ?}. */
  static String of(String text) {
    StringBuilder quoted = new StringBuilder(MAX_CHARS + 5).append('\'');
    int end = Math.min(text.length(), MAX_CHARS);
    for (int i = 0; i < end; i++) {
      char c = text.charAt(i);
      quoted.append(isVisible(c) ? c : '?');
    }
    return quoted.append(end < text.length() ? "...'" : "'").toString();
  }

  private static boolean isVisible(char c) {
    return c == ' '
        || !(Character.isISOControl(c)
            || Character.isSurrogate(c)
            || Character.isSpaceChar(c)
            || Character.getType(c) == Character.FORMAT);
  }
}
