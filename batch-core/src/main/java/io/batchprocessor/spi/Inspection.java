package io.batchprocessor.spi;

import java.util.List;

/**
 * Ability of a {@link Transport}: shows an operator what waits, and takes nothing.
 *
 * <ol>
 *   <li value="661">{@code peek} returns messages that wait in a request queue, those that go next
 *       first, as far as the broker knows. They stay where they are, and go as they would have.
 *   <li value="662">Of the retry queue it returns what waits for another attempt, those that are
 *       due first before the others, each with its queue, its attempt and when it is due.
 *   <li value="663">It returns {@code max} messages at the most. A queue that the transport does
 *       not have is refused with {@link IllegalArgumentException}.
 *   <li value="664">Of each body it returns the first {@code maxBodyBytes} bytes, and how long the
 *       whole is. Where the broker can cut, no more than these leave it: who looks at many large
 *       messages has not the memory for them.
 * </ol>
 */
public interface Inspection {

  /**
   * What waits now. May be called from any thread; may block as long as a broker's answer takes.
   *
   * @param queue the name of a request queue or of the retry queue
   * @param max the most to return, at least 1
   * @param maxBodyBytes the most to return of each body, at least 0
   */
  List<WaitingMessage> peek(String queue, int max, int maxBodyBytes);
}
