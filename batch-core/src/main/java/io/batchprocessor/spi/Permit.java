package io.batchprocessor.spi;

import java.time.Duration;

/**
 * One request's right to be in flight. Given back exactly once, by one of the two methods, which
 * any thread may call and which do not block.
 */
@FunctionalInterface
public interface Permit {

  /** A permit of which nobody keeps count. */
  Permit UNCOUNTED = outcome -> {};

  /** Gives it back once the attempt has ended. */
  void release(AttemptOutcome outcome);

  /**
   * Gives it back because nothing was sent after all: another gate said no. Default: {@link
   * #release} as aborted after no time. A gate that counts what is sent, not what is in flight,
   * takes back the count.
   */
  default void returnUnused() {
    release(
        new AttemptOutcome(
            AttemptOutcome.Kind.ABORTED, null, "nothing was sent", Duration.ZERO, null));
  }
}
