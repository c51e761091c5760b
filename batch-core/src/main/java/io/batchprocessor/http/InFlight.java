package io.batchprocessor.http;

import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** The exchanges that have not ended, so that closing a client can end them. Thread-safe. */
final class InFlight {

  private final Set<Exchange> exchanges = ConcurrentHashMap.newKeySet();
  private volatile boolean closed;

  /** Takes an exchange in; one that comes after {@link #close} fails at once. */
  boolean add(Exchange exchange) {
    exchanges.add(exchange);
    if (closed) {
      exchange.clientCloses();
    }
    return !exchange.isDone();
  }

  /** Whether the exchange was still in; true once for each. */
  boolean remove(Exchange exchange) {
    return exchanges.remove(exchange);
  }

  /**
   * Fails all that is in.
   *
   * @return false if it was closed before
   */
  synchronized boolean close() {
    if (closed) {
      return false;
    }
    closed = true;
    exchanges.forEach(Exchange::clientCloses);
    return true;
  }
}
