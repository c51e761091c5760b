package io.batchprocessor.spi;

import io.batchprocessor.message.RequestMessage;

/** What policies, gates and listeners see of a request that the processor holds. */
public interface RequestView {

  /** The message. */
  RequestMessage message();

  /** The request queue it was submitted to. */
  String queue();

  /** The attempt under way or next; the first is 1. */
  int attempt();
}
