package io.batchprocessor.examples.gateway;

import java.util.Locale;

/** Kinds of traffic that a gateway's metrics may tell apart, by the priority of requests. */
enum Traffic {

  /** Somebody waits for it: a priority of 0 or above. */
  LIVE,

  /** It can wait: a priority below 0. */
  BATCH;

  static Traffic of(Sequence sequence) {
    return sequence.isDeferrable() ? BATCH : LIVE;
  }

  /** As a label's value. */
  String label() {
    return name().toLowerCase(Locale.ROOT);
  }
}
