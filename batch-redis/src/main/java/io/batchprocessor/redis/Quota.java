package io.batchprocessor.redis;

import java.time.Duration;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What requests of one value of an attribute may take, in all replicas together.
 *
 * @param key what the replicas that share it call it
 * @param attribute of a message's metadata; a message without it counts as one with an empty value
 * @param limit of each value that is not in {@code limits}, at least 0
 * @param limits of single values
 * @param per {@code limit} is how many may begin in that time; null: how many may be in flight
 * @param burst how many may begin at once after a pause; null: what a second brings
 * @param lease how long a replica that is gone keeps its share
 * @param fallback the limit of this replica alone while Redis can't be asked
 * @param concurrency the most in flight in this replica
 */
record Quota(
    String key,
    String attribute,
    int limit,
    Map<String, Integer> limits,
    @Nullable Duration per,
    @Nullable Integer burst,
    Duration lease,
    int fallback,
    int concurrency) {

  /** Copies the collection. */
  Quota {
    limits = Map.copyOf(limits);
  }

  int limitOf(String value) {
    return limits.getOrDefault(value, limit);
  }

  /** What a value may take on this replica alone: never more than in all together. */
  int fallbackOf(String value) {
    return Math.min(fallback, limitOf(value));
  }
}
