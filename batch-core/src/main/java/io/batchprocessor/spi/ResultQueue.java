package io.batchprocessor.spi;

import java.util.List;

/**
 * Where results go. Called by the settler only.
 *
 * <ol>
 *   <li value="401">When {@code publish} returns, every result is stored as safely as the broker
 *       can.
 *   <li value="402">If it throws, none, some or all may be stored; the engine calls again with the
 *       same results, for as long as it takes. An adapter that can recognise a result it has stored
 *       already stores it once.
 *   <li value="403">What is stored is {@link io.batchprocessor.message.ResultMessage#toJson}, byte
 *       for byte, unless the transport documents another wire format.
 *   <li value="404">A result that can never be stored, say for its size, is told by {@link
 *       ResultRejectedException}; the engine puts a smaller error result in its place.
 *   <li value="405">After the transport is closed it throws {@link IllegalStateException}.
 *   <li value="406">Null is refused with {@link NullPointerException}.
 *   <li value="407">{@code publish} takes several hundred results at once, of several MB; where the
 *       broker takes less in one call, the adapter makes several.
 * </ol>
 */
public interface ResultQueue {

  /**
   * Stores results.
   *
   * @param results not empty
   * @throws ResultRejectedException if one of them can never be stored
   */
  void publish(List<Result> results);
}
