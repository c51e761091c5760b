package io.batchprocessor.transform;

import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.format.ResolverStyle;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A URL that opens a file to whoever has it, until it expires: a secret. Nothing that is said about
 * one, here or in an exception, has any of it.
 *
 * <p>When it expires stands in its query: Google's signatures V4 ({@code X-Goog-Date} and {@code
 * X-Goog-Expires}) and V2 ({@code Expires}, in Unix seconds), and Amazon's version 4 ({@code
 * X-Amz-Date} and {@code X-Amz-Expires}), as "Signed URLs" of Cloud Storage's and "Authenticating
 * Requests: Using Query Parameters" of S3's documentation have it.
 */
final class SignedUrl {

  /** Those of Google and Amazon have about 1,000. */
  static final int MAX_CHARS = 8_192;

  /** RFC 3986, sections 3 and 3.2.2: no user, no other port, nothing that readers disagree on. */
  private static final Pattern HTTPS =
      Pattern.compile(
          "(?i:https)://([A-Za-z0-9._-]++)(?::443)?"
              + "/[!-~&&[^\"#<>?\\\\^`{|}]]*+\\?([!-~&&[^\"#<>\\\\^`{|}]]++)");

  private static final Pattern SECONDS = Pattern.compile("\\d{1,12}");

  private static final DateTimeFormatter BASIC =
      DateTimeFormatter.ofPattern("uuuuMMdd'T'HHmmss'Z'", Locale.ROOT)
          .withResolverStyle(ResolverStyle.STRICT)
          .withZone(ZoneOffset.UTC);

  private final String text;
  private final Instant expiry;

  private SignedUrl(String text, Instant expiry) {
    this.text = text;
    this.expiry = expiry;
  }

  /**
   * Reads one.
   *
   * @param hosts in lower case; it must be on one of them, or on one below them
   * @throws Fault if it can't be used, whatever the time
   */
  static SignedUrl parse(String text, List<String> hosts) throws Fault {
    if (text.regionMatches(true, 0, "gs://", 0, 5)) {
      throw new Fault("a gs:// address is not signed; must be a signed https URL");
    }
    if (text.length() > MAX_CHARS) {
      throw new Fault("longer than %d characters; must be a signed https URL".formatted(MAX_CHARS));
    }
    Matcher url = HTTPS.matcher(text);
    if (!url.matches()) {
      throw new Fault("not a signed https URL");
    }
    String host = url.group(1).toLowerCase(Locale.ROOT);
    if (hosts.stream().noneMatch(some -> host.equals(some) || host.endsWith("." + some))) {
      throw new Fault(
          "a URL on a host that is not allowed; allowed are %s and hosts below"
              .formatted(String.join(", ", hosts)));
    }
    Map<String, String> query = query(url.group(2));
    List<Instant> ends = new ArrayList<>();
    lifetime(query, "x-goog-").ifPresent(ends::add);
    lifetime(query, "x-amz-").ifPresent(ends::add);
    if (query.containsKey("signature") && query.containsKey("expires")) {
      ends.add(Instant.ofEpochSecond(seconds(query, "expires")));
    }
    return new SignedUrl(
        text,
        ends.stream()
            .min(Comparator.naturalOrder())
            .orElseThrow(
                () ->
                    new Fault("not a signed https URL: its query has no signature that expires")));
  }

  /** The URL itself, for whom it is meant. */
  String text() {
    return text;
  }

  /** From when on it opens nothing any more. */
  Instant expiry() {
    return expiry;
  }

  /** The parameters that tell something, by lower-case name. */
  private static Map<String, String> query(String text) throws Fault {
    Map<String, String> query = new HashMap<>();
    for (String parameter : text.split("&", -1)) {
      int equals = parameter.indexOf('=');
      String name = decoded(equals < 0 ? parameter : parameter.substring(0, equals));
      String value = equals < 0 ? "" : decoded(parameter.substring(equals + 1));
      String lower = name.toLowerCase(Locale.ROOT);
      if (query.put(lower, value) != null && isOfSignature(lower)) {
        throw new Fault("a URL whose query tells its signature or its time twice");
      }
    }
    return query;
  }

  private static boolean isOfSignature(String name) {
    return name.startsWith("x-goog-")
        || name.startsWith("x-amz-")
        || name.equals("signature")
        || name.equals("expires");
  }

  private static String decoded(String text) throws Fault {
    try {
      return URLDecoder.decode(text, StandardCharsets.UTF_8);
    } catch (IllegalArgumentException e) {
      // Its text has some of the URL.
      throw new Fault("a URL with a % without two hexadecimal digits");
    }
  }

  /** When a signature that is told with its date and its seconds ends. */
  private static Optional<Instant> lifetime(Map<String, String> query, String prefix) throws Fault {
    if (!query.containsKey(prefix + "signature")) {
      return Optional.empty();
    }
    long seconds = seconds(query, prefix + "expires");
    try {
      Instant begin = BASIC.parse(query.getOrDefault(prefix + "date", ""), Instant::from);
      return Optional.of(begin.plus(seconds, ChronoUnit.SECONDS));
    } catch (DateTimeException e) {
      // Its text has some of the URL.
      throw new Fault("a URL whose %sdate is no time such as 20261124T120000Z".formatted(prefix));
    }
  }

  private static long seconds(Map<String, String> query, String name) throws Fault {
    String value = query.getOrDefault(name, "");
    if (!SECONDS.matcher(value).matches()) {
      throw new Fault("a URL whose %s is no number of seconds".formatted(name));
    }
    return Long.parseLong(value);
  }

  /** When it expires. */
  @Override
  public String toString() {
    return "SignedUrl[expires " + expiry + "]";
  }

  /** Why a text can't be used, without any of it. */
  static final class Fault extends Exception {

    private static final long serialVersionUID = 1L;

    Fault(String reason) {
      super(reason);
    }
  }
}
