package io.batchprocessor.spi;

import java.util.List;

/**
 * Where messages go that can't be answered. Called by the settler only.
 *
 * <ol>
 *   <li value="501">{@code deadLetter} stores body, reason and origin, then acknowledges the
 *       original, atomically where the broker can: never is the message in neither place.
 *   <li value="502">It returns those whose lease was lost.
 *   <li value="503">If it throws, the engine calls again with the same deliveries.
 *   <li value="504">It takes several hundred deliveries at once, of several MB; where the broker
 *       takes less in one call, the adapter makes several.
 * </ol>
 */
public interface DeadLetterQueue {

  /**
   * Takes deliveries over for good.
   *
   * @return those whose lease was lost
   */
  List<Delivery> deadLetter(List<DeadLetter> letters);
}
