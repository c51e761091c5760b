package io.batchprocessor.spi;

import java.util.List;

/**
 * Ability of a {@link Transport}: tells how much waits in the broker.
 *
 * <ol>
 *   <li value="621">There is one {@link Backlog} for each request queue, and one for the retry
 *       queue.
 *   <li value="622">Numbers are those of the broker, for all processes together; they may be a
 *       moment old.
 *   <li value="623">May be called from any thread; may block as long as a broker's answer takes.
 * </ol>
 */
public interface BacklogReporter {

  /** What waits now. */
  List<Backlog> backlogs();
}
