package io.batchprocessor.spi;

import java.time.Duration;

/**
 * How long to wait before the next attempt.
 *
 * <ol>
 *   <li value="801">{@code delay} returns a duration that is not negative and not null.
 *   <li value="802">It does not clamp to the deadline: the engine does. Arithmetic saturates.
 *   <li value="803">It may be called from several threads at once, and does not block.
 * </ol>
 *
 * <p>{@code Retry-After} is the engine's: where the gateway sent one, the strategy is not asked. A
 * strategy that throws or returns nonsense is logged and counted, and {@code exponential} with its
 * defaults goes instead.
 */
@FunctionalInterface
public interface BackoffStrategy {

  /** The delay after a failed attempt. */
  Duration delay(RetryContext context);
}
