package io.batchprocessor.spi;

import io.batchprocessor.message.RequestMessage;
import java.util.Map;

/** What policies, gates and listeners see of a request that the processor holds. */
public interface RequestView {

  /** The message. */
  RequestMessage message();

  /** The request queue it was submitted to. */
  String queue();

  /** The labels that its queue's configuration gives; default none. */
  default Map<String, String> labels() {
    return Map.of();
  }

  /** The attempt under way or next; the first is 1. */
  int attempt();
}
