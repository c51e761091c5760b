package io.batchprocessor;

import org.jspecify.annotations.Nullable;

/**
 * What a request's place in its line depends on, beside its deadline.
 *
 * @param tenant whose it is; empty where nobody says
 * @param cost estimated tokens, from 1 to {@link Ranking#MOST_COST}
 * @param prefix a hash of how its prompt begins; null if nobody asks, or if it has none
 */
record Rank(String tenant, int cost, @Nullable Long prefix) {

  /** Of what nothing is known about. */
  static final Rank NONE = new Rank("", 1, null);
}
