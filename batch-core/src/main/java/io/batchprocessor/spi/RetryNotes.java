package io.batchprocessor.spi;

import java.util.Map;

/**
 * Ability of a {@link BatchListener}: leaves notes with a request that is to be tried again.
 * Whoever makes the next attempt, this process or another, finds them in {@link RequestView#notes},
 * as far as the transport keeps attributes of retries (rule 310 of {@link RetryQueue}).
 *
 * <ol>
 *   <li value="1121">Asked once for each further attempt, by the thread that stores it: after
 *       {@code attempted}, before {@code retryScheduled}. Not asked when a request is only put off:
 *       its notes stay.
 *   <li value="1122">Notes are for a few short facts: names of up to 32 characters out of {@code
 *       a-z}, {@code 0-9} and {@code -}, values of up to 256 visible ASCII characters, eight at the
 *       most of all listeners together. A note of a name that is there already replaces it.
 *   <li value="1123">If it throws, or gives what is no such note, that is logged and counted, and
 *       the retry goes without its notes.
 * </ol>
 */
public interface RetryNotes {

  /** The notes to leave, by name; none if empty. */
  Map<String, String> notes(RequestView request);
}
