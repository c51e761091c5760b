package io.batchprocessor.http;

import java.lang.reflect.Method;
import java.net.http.HttpClient;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Ends the thread of a {@link HttpClient}.
 *
 * <p>From JDK 21 on the client has a method for that. Before, its selector thread ends some seconds
 * after the client was collected as garbage, which may be never; it also ends when it is
 * interrupted, so that is done, once nothing is in flight. The thread is found by its name: {@code
 * HttpClient-7-SelectorManager} belongs to the client whose text ends in {@code (7)}. Were it not
 * found, the end by garbage collection would remain.
 */
final class HttpClientClosing {

  private static final long WAIT_MILLIS = 5_000;
  private static final Pattern NUMBER = Pattern.compile("\\((\\d+)\\)$");

  private HttpClientClosing() {}

  /** Ends it and waits for that. */
  static void close(HttpClient http) throws InterruptedException {
    Optional<Thread> selector = selector(http);
    if (!shutdownNow(http)) {
      selector.ifPresent(Thread::interrupt);
    }
    if (selector.isPresent() && selector.get() != Thread.currentThread()) {
      selector.get().join(WAIT_MILLIS);
    }
  }

  private static boolean shutdownNow(HttpClient http) {
    try {
      Method shutdownNow = HttpClient.class.getMethod("shutdownNow");
      shutdownNow.invoke(http);
      return true;
    } catch (ReflectiveOperationException e) {
      return false;
    }
  }

  private static Optional<Thread> selector(HttpClient http) {
    Matcher number = NUMBER.matcher(http.toString());
    if (!number.find()) {
      return Optional.empty();
    }
    String name = "HttpClient-" + number.group(1) + "-SelectorManager";
    return Thread.getAllStackTraces().keySet().stream()
        .filter(thread -> thread.getName().equals(name))
        .findAny();
  }
}
