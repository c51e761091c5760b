package io.batchprocessor.redis;

/**
 * Where a delivery came from, as the scripts know it (see {@code held.lua}).
 *
 * @param kind {@code s} stream, {@code z} sorted set, {@code c} channel
 * @param base index of its first key among the keys of the settling scripts; 0 if it has none
 */
record Source(String kind, int base) {

  static final Source CHANNEL = new Source("c", 0);
}
