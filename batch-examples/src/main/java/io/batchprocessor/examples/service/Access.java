package io.batchprocessor.examples.service;

import com.sun.net.httpserver.Headers;
import java.net.InetAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Who may do what. Numbers are for everybody who can connect; whatever changes something, or shows
 * what a message says, is for those who have the token.
 */
final class Access {

  private static final String BEARER = "Bearer ";
  private static final Pattern ADDRESS = Pattern.compile("\\d+(\\.\\d+){3}|\\[[0-9a-f:.]+]");

  private final byte @Nullable [] tokenHash;
  private final @Nullable String loopbackHost;
  private final Set<String> names;

  /**
   * The rules of one server.
   *
   * @param token the secret; empty: nobody has it
   * @param host the address that the server is bound to
   * @param names what it is called elsewhere, without ports
   */
  Access(Optional<String> token, InetAddress host, List<String> names) {
    this.tokenHash = token.map(Access::sha256).orElse(null);
    this.loopbackHost =
        host.isLoopbackAddress() ? host.getHostAddress().toLowerCase(Locale.ROOT) : null;
    this.names =
        names.stream()
            .map(name -> name.toLowerCase(Locale.ROOT))
            .collect(Collectors.toUnmodifiableSet());
  }

  /** Whether there is a token at all. */
  boolean hasToken() {
    return tokenHash != null;
  }

  /** Whether the request carries the token. Takes equally long for every wrong one. */
  boolean isTrusted(Headers headers) {
    String authorization = headers.getFirst("Authorization");
    return tokenHash != null
        && authorization != null
        && authorization.startsWith(BEARER)
        // Of digests: then not even the length of the token can be told by the time it takes.
        && MessageDigest.isEqual(tokenHash, sha256(authorization.substring(BEARER.length())));
  }

  /**
   * Whether the request was meant for this server. One on the loopback address, or with names, has
   * no others: a page from elsewhere that had its own name resolved to this address is refused.
   */
  boolean isForUs(Headers headers) {
    String host = nameOf(headers.getFirst("Host"));
    if (host.equals("localhost") || names.contains(host)) {
      return true;
    }
    if (loopbackHost != null) {
      return host.equals("127.0.0.1") || host.equals("[::1]") || host.equals(loopbackHost);
    }
    // Whoever asks for an address, as probes and scrapes do, was misled by no name.
    return names.isEmpty() || ADDRESS.matcher(host).matches();
  }

  /**
   * Whether a browser sent it for a page that is not ours. The browser's own word alone decides
   * where there is one: a proxy may have put another host into the request, but not into its
   * origin.
   */
  static boolean isCrossSite(Headers headers) {
    String site = headers.getFirst("Sec-Fetch-Site");
    if (site != null) {
      return !site.equals("same-origin") && !site.equals("none");
    }
    String origin = headers.getFirst("Origin");
    return origin != null && !authorityOf(origin).equals(headers.getFirst("Host"));
  }

  private static String authorityOf(String origin) {
    try {
      return String.valueOf(URI.create(origin).getAuthority());
    } catch (IllegalArgumentException e) {
      return "";
    }
  }

  /** The host without its port. */
  private static String nameOf(@Nullable String host) {
    if (host == null) {
      return "";
    }
    int colon = host.lastIndexOf(':');
    String name = colon > host.lastIndexOf(']') ? host.substring(0, colon) : host;
    return name.toLowerCase(Locale.ROOT);
  }

  private static byte[] sha256(String text) {
    try {
      return MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }
}
