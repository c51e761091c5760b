package io.batchprocessor.gate;

import java.io.IOException;
import java.io.InputStream;
import java.net.HttpURLConnection;
import java.net.Proxy;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * GETs a page over HTTP, within a time and up to a size. Not for use by several threads, but for
 * {@link #close}, which ends a reading that is under way, when its time is up at the latest.
 *
 * <p>By {@code HttpURLConnection}, as it needs no thread: a client of {@code java.net.http} brings
 * two, and before JDK 21 has no way to end them.
 */
final class MetricsPage implements AutoCloseable {

  /** vLLM's page has some 100 KB; that of a picker grows with its pods. */
  static final int MAX_BYTES = 16 << 20;

  private static final int MAX_FAULT_BYTES = 200;

  private final URI url;
  private final String accept;
  private final Duration timeout;
  private final @Nullable Path tokenFile;
  private volatile @Nullable HttpURLConnection underWay;
  private volatile boolean closed;

  /**
   * A page.
   *
   * @param accept the content type asked for
   * @param timeout to connect, and for each part of the answer; all of it may take twice as long
   * @param tokenFile holds a bearer token, and is read each time; null: none is sent
   */
  MetricsPage(URI url, String accept, Duration timeout, @Nullable Path tokenFile) {
    this.url = url;
    this.accept = accept;
    this.timeout = timeout;
    this.tokenFile = tokenFile;
  }

  /** Where it is, for logs: a query may hold a key. */
  String source() {
    return url.getScheme() + "://" + url.getRawAuthority() + url.getRawPath();
  }

  /**
   * Its text.
   *
   * @throws IOException if it can't be had, saying why
   */
  String get() throws IOException {
    return get(url);
  }

  /** The text of another page of the same server. */
  String get(URI page) throws IOException {
    HttpURLConnection connection = (HttpURLConnection) page.toURL().openConnection(Proxy.NO_PROXY);
    int millis = (int) Math.min(Integer.MAX_VALUE, timeout.toMillis());
    connection.setConnectTimeout(millis);
    connection.setReadTimeout(millis);
    connection.setInstanceFollowRedirects(false);
    connection.setUseCaches(false);
    connection.setRequestProperty("Accept", accept);
    Optional<String> token = token();
    if (token.isPresent()) {
      connection.setRequestProperty("Authorization", "Bearer " + token.get());
    }
    underWay = connection;
    try {
      if (closed) {
        throw new IOException("closed");
      }
      int status = connection.getResponseCode();
      if (status != HttpURLConnection.HTTP_OK) {
        throw new IOException("answered " + status + beginning(connection));
      }
      return body(connection);
    } catch (IOException e) {
      connection.disconnect();
      throw e;
    } catch (RuntimeException e) {
      // A connection that is cut off while it sends has null where it looks for its socket.
      connection.disconnect();
      if (closed) {
        throw new IOException("closed", e);
      }
      throw e;
    } finally {
      underWay = null;
    }
  }

  private String body(HttpURLConnection connection) throws IOException {
    long end = System.nanoTime() + timeout.toNanos();
    byte[] buffer = new byte[64 << 10];
    int length = 0;
    try (InputStream in = connection.getInputStream()) {
      for (int count = 0; count >= 0; count = in.read(buffer, length, buffer.length - length)) {
        length += count;
        if (length > MAX_BYTES) {
          throw new IOException("larger than " + MAX_BYTES + " bytes");
        }
        if (end - System.nanoTime() < 0) {
          throw new IOException("not all there within " + timeout.toMillis() + " ms");
        }
        if (length == buffer.length) {
          buffer = Arrays.copyOf(buffer, 2 * length);
        }
      }
    }
    return new String(buffer, 0, length, StandardCharsets.UTF_8);
  }

  /** What a server says of a fault, as far as it fits a line; empty if it says nothing. */
  private static String beginning(HttpURLConnection connection) throws IOException {
    InputStream error = connection.getErrorStream();
    if (error == null) {
      return "";
    }
    try (error) {
      String text = new String(error.readNBytes(MAX_FAULT_BYTES), StandardCharsets.UTF_8);
      return text.isBlank() ? "" : ": " + text.replaceAll("\\s+", " ").strip();
    }
  }

  /** What is no header's value is told here: elsewhere all of it would be in the message. */
  private Optional<String> token() throws IOException {
    if (tokenFile == null) {
      return Optional.empty();
    }
    String token = Files.readString(tokenFile).strip();
    if (token.isEmpty() || !token.chars().allMatch(c -> c >= ' ' && c < 0x7f)) {
      throw new IOException(
          "the token in %s must be one line of printable ASCII, and not empty"
              .formatted(tokenFile));
    }
    return Optional.of(token);
  }

  @Override
  public void close() {
    closed = true;
    HttpURLConnection connection = underWay;
    if (connection != null) {
      connection.disconnect();
    }
  }
}
