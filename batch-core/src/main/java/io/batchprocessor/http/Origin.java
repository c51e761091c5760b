package io.batchprocessor.http;

import java.net.URI;
import org.apache.hc.client5.http.HttpRoute;
import org.apache.hc.core5.http.HttpHost;

/**
 * Scheme, host and port of a gateway, and what Apache's client wants to have them as.
 *
 * @param host the name, or the address without brackets
 * @param port the port, or -1 for the scheme's own
 * @param route to it, without a proxy
 * @param hostHeader the value of {@code Host}
 */
record Origin(String scheme, String host, int port, HttpRoute route, String hostHeader) {

  /**
   * The origin of {@code uri}.
   *
   * @throws IllegalArgumentException if that is neither http nor https, or names no host
   */
  static Origin of(URI uri) {
    String scheme = uri.getScheme();
    String host = uri.getHost();
    boolean secure = "https".equalsIgnoreCase(scheme);
    if (host == null || !(secure || "http".equalsIgnoreCase(scheme))) {
      throw new IllegalArgumentException("neither http://host nor https://host: " + uri);
    }
    int port = uri.getPort() < 0 ? (secure ? 443 : 80) : uri.getPort();
    String bare = host.startsWith("[") ? host.substring(1, host.length() - 1) : host;
    HttpHost target = new HttpHost(secure ? "https" : "http", bare, port);
    return new Origin(
        scheme,
        host,
        uri.getPort(),
        new HttpRoute(target, null, secure),
        uri.getPort() < 0 ? host : host + ":" + uri.getPort());
  }

  /** Whether it is the origin of {@code uri}. */
  boolean isOf(URI uri) {
    return port == uri.getPort() && host.equals(uri.getHost()) && scheme.equals(uri.getScheme());
  }
}
