package io.batchprocessor;

import io.batchprocessor.spi.AttemptHeaders;
import io.batchprocessor.spi.BatchListener;
import io.batchprocessor.spi.InferenceRequest;
import io.batchprocessor.spi.RetryNotes;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
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

  /** What an attempt sends, with the headers that listeners add. */
  InferenceRequest withHeaders(HeldRequest request, InferenceRequest plain) {
    InferenceRequest sent = plain;
    for (BatchListener listener : listeners) {
      if (listener instanceof AttemptHeaders ability) {
        try {
          sent = AddedHeaders.to(sent, ability.headers(request, plain.uri()));
        } catch (Throwable e) {
          userCode.failed("listener " + listener.getClass().getName(), "it adds no header", e);
        }
      }
    }
    return sent;
  }

  /** The attributes that carry what they leave with a further attempt. */
  Map<String, String> notes(HeldRequest request) {
    Map<String, String> all = new HashMap<>();
    for (BatchListener listener : listeners) {
      if (listener instanceof RetryNotes ability) {
        try {
          Map<String, String> more = new HashMap<>(all);
          more.putAll(Notes.asAttributes(ability.notes(request)));
          if (more.size() > Notes.MOST) {
            throw new IllegalArgumentException(
                "%d notes, at most %d".formatted(more.size(), Notes.MOST));
          }
          all = more;
        } catch (Throwable e) {
          userCode.failed("listener " + listener.getClass().getName(), "it leaves no note", e);
        }
      }
    }
    return all;
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
