package io.batchprocessor.examples.gateway;

import java.util.Locale;

/** What can be made to go wrong with a share of the requests. */
public enum Failure {
  /** Answered at once with status 500. */
  ERROR,
  /** The connection is reset at once, without an answer. */
  RESET,
  /** The answer begins when it is due, and the connection is reset in the middle of its body. */
  TRUNCATE,
  /** Never answered: the connection stays open until the client gives up. Takes no slot. */
  HANG,
  /** The answer begins when it is due, and its body takes as long as configured to arrive. */
  SLOW_BODY;

  /** As in flags and metrics: {@code slow-body}. */
  String label() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }
}
