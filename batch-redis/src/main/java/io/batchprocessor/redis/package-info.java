/**
 * Transports over Redis 6.2, 7.x and Valkey.
 *
 * <p>Needed by whoever puts one of {@code redis-pubsub}, {@code redis-sortedset} or {@code
 * redis-streams} into a configuration: the providers are found through {@link
 * java.util.ServiceLoader}, and nothing else is public.
 */
@NullMarked
package io.batchprocessor.redis;

import org.jspecify.annotations.NullMarked;
