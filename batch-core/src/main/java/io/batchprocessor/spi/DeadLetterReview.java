package io.batchprocessor.spi;

import java.util.List;

/**
 * Ability of a {@link Transport}: an operator goes through its dead letters. May be used from any
 * thread; may block as long as a broker's answer takes.
 *
 * <ol>
 *   <li value="671">{@code deadLetters} returns what is stored, the oldest first, {@code max} at
 *       the most, and takes nothing. A letter's key names it in every process for as long as it is
 *       stored.
 *   <li value="672">{@code retryDeadLetter} puts the message back into the request queue that it
 *       came from, for a first attempt, and removes the letter; atomically where the broker can,
 *       else in this order.
 *   <li value="673">{@code dropDeadLetter} removes the letter for good.
 *   <li value="674">Of a key that names no letter, any more or ever, both return false and change
 *       nothing.
 *   <li value="675">{@code deadLetters} returns of each body the first {@code maxBodyBytes} bytes,
 *       and how long the whole is. Where the broker can cut, no more than these leave it.
 * </ol>
 */
public interface DeadLetterReview {

  /**
   * What is stored now.
   *
   * @param max the most to return, at least 1
   * @param maxBodyBytes the most to return of each body, at least 0
   */
  List<StoredDeadLetter> deadLetters(int max, int maxBodyBytes);

  /**
   * Gives a message another chance.
   *
   * @return whether there was such a letter
   * @throws IllegalStateException if the transport does not have the queue that it came from, or
   *     nobody would take it there; the letter stays
   */
  boolean retryDeadLetter(String key);

  /**
   * Removes a letter.
   *
   * @return whether there was such a letter
   */
  boolean dropDeadLetter(String key);
}
