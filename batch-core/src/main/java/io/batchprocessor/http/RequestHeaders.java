package io.batchprocessor.http;

import java.util.Map;
import java.util.function.BiConsumer;

/** What every request says beside its own headers. */
final class RequestHeaders {

  private static final String CONTENT_TYPE = "Content-Type";
  private static final String USER_AGENT = "User-Agent";

  private RequestHeaders() {}

  /** Hands over {@code own} and, where {@code own} has none, the default type and agent. */
  static void forEach(Map<String, String> own, BiConsumer<String, String> header) {
    boolean typed = false;
    boolean signed = false;
    for (Map.Entry<String, String> one : own.entrySet()) {
      String name = one.getKey();
      typed |= name.equalsIgnoreCase(CONTENT_TYPE);
      signed |= name.equalsIgnoreCase(USER_AGENT);
      header.accept(name, one.getValue());
    }
    if (!typed) {
      header.accept(CONTENT_TYPE, "application/json");
    }
    if (!signed) {
      header.accept(USER_AGENT, "batch-processor");
    }
  }
}
