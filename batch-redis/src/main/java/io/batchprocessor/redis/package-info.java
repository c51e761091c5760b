/**
 * Transports over Redis 6.2, 7.x and Valkey, and gates that ask it.
 *
 * <p>Needed by whoever puts one of {@code redis-pubsub}, {@code redis-sortedset} or {@code
 * redis-streams} into a configuration, or a gate {@code redis-budget} or {@code redis-quota}: the
 * providers are found through {@link java.util.ServiceLoader}, and nothing else is public.
 */
@NullMarked
package io.batchprocessor.redis;

import org.jspecify.annotations.NullMarked;
