package io.batchprocessor;

import io.batchprocessor.spi.BatchListener;
import java.util.List;
import java.util.function.Consumer;
import org.slf4j.MDC;

/** Listeners that may fail: the others are still told, and nothing else changes. */
final class GuardedListeners {

  /** MDC key of the request's id while listeners are told of it. */
  static final String MDC_REQUEST_ID = "batch.request.id";

  private final List<BatchListener> listeners;
  private final UserCode userCode;

  GuardedListeners(List<BatchListener> listeners, UserCode userCode) {
    this.listeners = List.copyOf(listeners);
    this.userCode = userCode;
  }

  /** Tells them something about the processor. */
  void tell(Consumer<BatchListener> event) {
    for (BatchListener listener : listeners) {
      try {
        event.accept(listener);
      } catch (Throwable e) {
        userCode.failed("listener " + listener.getClass().getName(), "the others are told", e);
      }
    }
  }

  /** Tells them something about a request. */
  void tell(HeldRequest request, Consumer<BatchListener> event) {
    if (!listeners.isEmpty()) {
      MDC.put(MDC_REQUEST_ID, request.message().id());
      try {
        tell(event);
      } finally {
        MDC.remove(MDC_REQUEST_ID);
      }
    }
  }
}
