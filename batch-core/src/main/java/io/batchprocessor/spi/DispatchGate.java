package io.batchprocessor.spi;

import java.util.Map;

/**
 * Decides whether one more request may be in flight now. Called by one thread at a time, the
 * dispatcher's or one of the HTTP client's; permits are released from any thread.
 *
 * <ol>
 *   <li value="901">{@code tryAcquire} decides at once, without I/O and without blocking.
 *   <li value="902">A {@link Verdict.Go} carries a permit that the engine gives back exactly once,
 *       with the attempt's outcome, or unused if another gate said no; also when user code throws.
 *   <li value="903">After {@link Verdict.Wait} the request stays where it is, and the gate is asked
 *       again when a permit is released, and after the verdict's time at the latest. Other queues
 *       go on. Waiting ends at the request's deadline. In a queue whose tenants take turns, other
 *       tenants go on too; and where {@link Verdict.Wait#alone} says that only this one has to
 *       wait, it may be handed back to the broker for a while, to make room for them.
 *   <li value="904">{@link Verdict.Release} hands the request back to the broker without counting
 *       an attempt; {@link Verdict.Drop} ends it with a {@code GATE_DROPPED} result.
 *   <li value="905">{@code budget} is the share of its capacity that the gate would give out now,
 *       from 0 to 1. At 0 the engine takes nothing more from the broker, and looks again 200 ms
 *       later. A gate that is only full, so that the next permit to come back may be had at once,
 *       says a little more than 0: what is to follow then has been taken from the broker before.
 *   <li value="906">{@code budget} and {@code measurements} may be called from any thread.
 *   <li value="907">{@code close} ends every thread of the gate's own; it is called once nothing is
 *       in flight any more.
 * </ol>
 *
 * <p>A gate that throws is logged and counted; the request waits and the gate is asked again.
 */
public interface DispatchGate extends AutoCloseable {

  /** Its name in logs and metrics. */
  String name();

  /** May this request go? */
  Verdict tryAcquire(RequestView request);

  /** The share that it would give out now, from 0 to 1. */
  double budget();

  /** Its live numbers by name, such as {@code limit}; default none. */
  default Map<String, Double> measurements() {
    return Map.of();
  }

  @Override
  default void close() {}
}
