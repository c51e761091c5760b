package io.batchprocessor.http;

import io.batchprocessor.spi.ResponseTooLargeException;
import java.io.IOException;
import java.net.ConnectException;
import java.net.NoRouteToHostException;
import java.net.SocketTimeoutException;
import java.net.URI;
import java.net.UnknownHostException;
import java.net.http.HttpTimeoutException;
import java.nio.channels.UnresolvedAddressException;
import java.time.Duration;
import java.util.Locale;
import java.util.Optional;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/**
 * Says in one line what went wrong with an exchange, fit for a result's {@code error}: which
 * gateway, what happened, how far it got. What the HTTP libraries threw stays as the cause.
 */
final class FailureText {

  private static final int DEEPEST = 16;

  private FailureText() {}

  /**
   * The failure of an exchange.
   *
   * @param answer what had come of the answer's body; null if the answer had not begun
   */
  static IOException of(
      Throwable failure, URI uri, Duration connectTimeout, @Nullable AnswerBody answer) {
    Optional<ResponseTooLargeException> tooLarge = find(failure, ResponseTooLargeException.class);
    return tooLarge.isPresent()
        ? tooLarge.get()
        : new IOException(text(failure, gateway(uri), uri, connectTimeout, answer), failure);
  }

  private static String text(
      Throwable failure,
      String gateway,
      URI uri,
      Duration connectTimeout,
      @Nullable AnswerBody answer) {
    Optional<Error> fault = find(failure, Error.class);
    if (fault.isPresent()) {
      return "exchange with %s failed here: %s".formatted(gateway, fault.get());
    }
    if (answer != null) {
      return "answer of %s cut short after %s".formatted(gateway, answer.progress());
    }
    if (has(failure, UnknownHostException.class)
        || has(failure, UnresolvedAddressException.class)) {
      return "unknown host %s".formatted(uri.getHost());
    }
    if (has(failure, SocketTimeoutException.class) || has(failure, HttpTimeoutException.class)) {
      return "connect to %s timed out after %s".formatted(gateway, seconds(connectTimeout));
    }
    Optional<SSLException> tls = find(failure, SSLException.class);
    if (tls.isPresent()) {
      return "TLS with %s failed: %s".formatted(gateway, tls.get().getMessage());
    }
    if (says(failure, "refused")) {
      return "connection refused by %s".formatted(gateway);
    }
    if (has(failure, ConnectException.class) || has(failure, NoRouteToHostException.class)) {
      // java.net.http tries again with the socket that the first failure closed, and reports that.
      String reason = root(failure).getMessage();
      return "no connection to %s: %s"
          .formatted(gateway, reason == null ? "refused or unreachable" : reason);
    }
    if (says(failure, "reset") || says(failure, "broken pipe")) {
      return "connection reset by %s".formatted(gateway);
    }
    if (says(failure, "closed") || says(failure, "received no bytes") || says(failure, "eof")) {
      return "%s closed the connection without an answer".formatted(gateway);
    }
    Throwable root = root(failure);
    return "exchange with %s failed: %s"
        .formatted(gateway, root.getMessage() == null ? root.toString() : root.getMessage());
  }

  private static String gateway(URI uri) {
    return uri.getPort() < 0 ? uri.getHost() : uri.getHost() + ":" + uri.getPort();
  }

  private static String seconds(Duration time) {
    return time.toMillis() % 1000 == 0 ? time.toSeconds() + "s" : time.toMillis() + "ms";
  }

  private static boolean has(Throwable failure, Class<? extends Throwable> type) {
    return find(failure, type).isPresent();
  }

  private static <T extends Throwable> Optional<T> find(Throwable failure, Class<T> type) {
    @Nullable Throwable link = failure;
    for (int depth = 0; link != null && depth < DEEPEST; depth++, link = link.getCause()) {
      if (type.isInstance(link)) {
        return Optional.of(type.cast(link));
      }
    }
    return Optional.empty();
  }

  private static boolean says(Throwable failure, String word) {
    @Nullable Throwable link = failure;
    for (int depth = 0; link != null && depth < DEEPEST; depth++, link = link.getCause()) {
      String message = link.getMessage();
      if (message != null && message.toLowerCase(Locale.ROOT).contains(word)) {
        return true;
      }
    }
    return false;
  }

  private static Throwable root(Throwable failure) {
    Throwable root = failure;
    for (int depth = 0; depth < DEEPEST; depth++) {
      Throwable cause = root.getCause();
      if (cause == null) {
        break;
      }
      root = cause;
    }
    return root;
  }
}
