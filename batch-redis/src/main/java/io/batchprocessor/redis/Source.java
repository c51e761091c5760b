package io.batchprocessor.redis;

/**
 * Where a delivery came from, as the scripts know it (see {@code held.lua}).
 *
 * @param kind {@code s} stream, {@code z} sorted set, {@code c} channel
 * @param base index of its first key among the keys of the settling scripts
 */
record Source(String kind, int base) {

  boolean isChannel() {
    return kind.equals("c");
  }
}
