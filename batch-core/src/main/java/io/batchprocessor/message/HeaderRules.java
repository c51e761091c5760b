package io.batchprocessor.message;

import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * Which HTTP headers a message may carry.
 *
 * <p>Names are tokens (RFC 9110, section 5.6.2), given once in whichever case (5.1). Values are
 * visible US-ASCII, spaces and tabs: the stricter form of section 5.5, because HTTP clients
 * disagree about the bytes above. Fields that belong to one connection (7.6.1; proxies: 11.7; RFC
 * 9112, section 6.1) or frame the message (RFC 9110, 7.2, 8.6, 10.1.1) are the HTTP client's own.
 */
final class HeaderRules {

  private static final Set<String> REFUSED =
      Set.of(
          "connection",
          "content-length",
          "expect",
          "host",
          "keep-alive",
          "proxy-authenticate",
          "proxy-authorization",
          "proxy-connection",
          "te",
          "trailer",
          "transfer-encoding",
          "upgrade");

  private static final String TOKEN_SYMBOLS = "!#$%&'*+-.^_`|~";

  private HeaderRules() {}

  /** What is wrong with the headers, or null. Values are secrets at times: never quoted. */
  static @Nullable String fault(Map<String, String> headers) {
    if (headers.isEmpty()) {
      return null;
    }
    Set<String> seen = new TreeSet<>(String.CASE_INSENSITIVE_ORDER);
    for (Map.Entry<String, String> header : headers.entrySet()) {
      String name = header.getKey();
      String fault = nameFault(name);
      if (fault == null && !seen.add(name)) {
        fault = "is given twice, in different case; give it once";
      }
      if (fault == null) {
        fault = valueFault(header.getValue());
      }
      if (fault != null) {
        return "headers: " + Quoted.of(name) + " " + fault;
      }
    }
    return null;
  }

  private static @Nullable String nameFault(String name) {
    if (!isToken(name)) {
      return "is no header name; use letters, digits and " + TOKEN_SYMBOLS;
    }
    if (REFUSED.contains(name.toLowerCase(Locale.ROOT))) {
      return "is set by the HTTP client itself; leave it out";
    }
    return null;
  }

  private static @Nullable String valueFault(String value) {
    for (int i = 0; i < value.length(); i++) {
      char c = value.charAt(i);
      if (c != '\t' && (c < ' ' || c > '~')) {
        return "has a value with a control or non-ASCII character at position "
            + i
            + "; use visible ASCII, spaces and tabs";
      }
    }
    return null;
  }

  private static boolean isToken(String name) {
    for (int i = 0; i < name.length(); i++) {
      char c = name.charAt(i);
      boolean allowed =
          (c >= 'a' && c <= 'z')
              || (c >= 'A' && c <= 'Z')
              || (c >= '0' && c <= '9')
              || TOKEN_SYMBOLS.indexOf(c) >= 0;
      if (!allowed) {
        return false;
      }
    }
    return !name.isEmpty();
  }
}
