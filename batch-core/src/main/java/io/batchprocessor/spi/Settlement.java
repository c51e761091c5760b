package io.batchprocessor.spi;

import java.util.List;

/**
 * Ability of a {@link Transport} whose requests and results live in one store: storing a result and
 * acknowledging its request are one atomic step, so that the result queue holds one result per
 * request, whatever crashes.
 *
 * <ol>
 *   <li value="611">For each result, either it is stored and its delivery acknowledged, or neither.
 *   <li value="612">It returns the deliveries whose lease was lost; their results are not stored.
 *   <li value="613">If it throws, the engine calls again with the same results; those done already
 *       come back as lost, and are not stored twice.
 *   <li value="614">It takes deliveries of any request queue and of the retry queue, mixed.
 *   <li value="615">{@link ResultRejectedException} means what it means in {@link ResultQueue}; the
 *       delivery of the rejected result is still held.
 *   <li value="616">It takes several hundred results at once, of several MB. Each of them is stored
 *       and acknowledged in one step, not all of them together: where the broker takes less in one
 *       call, the adapter makes several.
 * </ol>
 */
public interface Settlement {

  /**
   * Stores each result and acknowledges its delivery.
   *
   * @return the deliveries whose lease was lost
   * @throws ResultRejectedException if one of the results can never be stored
   */
  List<Delivery> settle(List<Result> results);
}
