package io.batchprocessor.message;

import org.jspecify.annotations.Nullable;

/**
 * What a message's {@code endpoint} may be: a path, with a query at most, on the configured gateway
 * and nowhere else, however a proxy on the way decodes and normalizes it.
 *
 * <p>Allowed is the <i>path-absolute</i> of RFC 3986, section 3.3 with the query of 3.4, short of
 * what makes two readers disagree about where it leads: dot segments (also {@code ..;x}, which
 * servlet containers take for {@code ..}), empty segments, and in the path any escape that hides a
 * dot, a delimiter, a percent sign (double encoding), a control or, for overlong forms such as
 * {@code %c0%ae}, a byte above ASCII. In the query only hidden control characters are refused.
 */
final class EndpointPath {

  /** The characters of RFC 3986's pchar other than letters, digits and escapes. */
  private static final String SYMBOLS = "-._~!$&'()*+,;=:@";

  private static final String HIDDEN = "./\\%?#;";

  private static final String EXPECTED =
      "; must be a path on the gateway, such as '/v1/completions'";

  private EndpointPath() {}

  /** What is wrong with {@code endpoint}, or null. */
  static @Nullable String fault(String endpoint) {
    String fault = find(endpoint);
    return fault == null ? null : "endpoint: " + Quoted.of(endpoint) + " " + fault + EXPECTED;
  }

  private static @Nullable String find(String endpoint) {
    if (endpoint.isEmpty() || endpoint.charAt(0) != '/') {
      return "does not begin with a slash";
    }
    int question = endpoint.indexOf('?');
    int pathEnd = question < 0 ? endpoint.length() : question;
    for (int i = 0; i < endpoint.length(); i++) {
      char c = endpoint.charAt(i);
      if (c == '%') {
        int escaped = escaped(endpoint, i);
        if (escaped < 0) {
          return "has a % without two hexadecimal digits";
        }
        if (i < pathEnd ? isUnsafeInPath(escaped) : isControl(escaped)) {
          return "has an escape that could lead elsewhere, " + endpoint.substring(i, i + 3);
        }
        i += 2;
      } else if (c != '/' && !(c == '?' && i >= pathEnd) && !isPlain(c)) {
        return "has a character that a path may not have, at position " + i;
      }
    }
    return segmentFault(endpoint, pathEnd);
  }

  private static @Nullable String segmentFault(String endpoint, int pathEnd) {
    int begin = 1;
    while (begin < pathEnd) {
      int slash = endpoint.indexOf('/', begin);
      int end = slash < 0 || slash > pathEnd ? pathEnd : slash;
      if (begin == end) {
        return "has an empty segment, //";
      }
      int parameter = endpoint.indexOf(';', begin);
      if (isDots(endpoint, begin, parameter < 0 || parameter > end ? end : parameter)) {
        return "has a dot segment";
      }
      begin = end + 1;
    }
    return null;
  }

  /** One or two dots, or nothing, as in {@code ;x}: the segment without its parameters. */
  private static boolean isDots(String text, int begin, int end) {
    for (int i = begin; i < end; i++) {
      if (text.charAt(i) != '.') {
        return false;
      }
    }
    return end - begin <= 2;
  }

  private static boolean isPlain(char c) {
    return (c >= 'a' && c <= 'z')
        || (c >= 'A' && c <= 'Z')
        || (c >= '0' && c <= '9')
        || SYMBOLS.indexOf(c) >= 0;
  }

  private static boolean isUnsafeInPath(int escaped) {
    return isControl(escaped) || escaped > 0x7F || HIDDEN.indexOf(escaped) >= 0;
  }

  private static boolean isControl(int escaped) {
    return escaped < ' ' || escaped == 0x7F;
  }

  private static int escaped(String text, int percent) {
    if (percent + 2 >= text.length()) {
      return -1;
    }
    int high = hexDigit(text.charAt(percent + 1));
    int low = hexDigit(text.charAt(percent + 2));
    return high < 0 || low < 0 ? -1 : (high << 4) | low;
  }

  /** Not {@link Character#digit}, which takes the digits of other scripts too. */
  private static int hexDigit(char c) {
    return c < 0x80 ? Character.digit(c, 16) : -1;
  }
}
