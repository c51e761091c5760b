package io.batchprocessor.spi;

import java.util.Map;
import java.util.Set;

/**
 * Ability of a {@link Transport}: requests can be cancelled by id, wherever they are. Whoever holds
 * the request ends it with a {@code CANCELLED} result.
 *
 * <ol>
 *   <li value="641">After {@code cancel} returns, {@code cancelled} of every process sees the id,
 *       until its result is stored or a time passes that the transport documents.
 *   <li value="642">{@code cancelled} returns those of the deliveries that are cancelled, and only
 *       those.
 *   <li value="643">{@code cancelled} is asked for each batch that was received, and about once a
 *       second for everything held: an adapter avoids a round trip where nothing is cancelled.
 *   <li value="644">{@code cancel} of an unknown id is no error: the request may yet arrive.
 * </ol>
 */
public interface Cancellation {

  /** Asks for the request to be cancelled. May be called from any thread. */
  void cancel(String id);

  /**
   * Which of these are cancelled. Called by intake threads and the lease keeper.
   *
   * @param idsByDelivery deliveries that are held, with the ids read from them; not empty
   */
  Set<Delivery> cancelled(Map<Delivery, String> idsByDelivery);
}
