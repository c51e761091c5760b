package io.batchprocessor;

import java.util.concurrent.atomic.AtomicInteger;

/**
 * Lets one thread at a time do something that any thread may want done. Nobody waits: whoever comes
 * while another is at it leaves a mark, and the one who is at it finds the mark on handing back.
 */
final class Baton {

  private final AtomicInteger calls = new AtomicInteger();

  /** Whether the caller is the one to do it now; if so, {@link #handBack} must follow. */
  boolean take() {
    return calls.getAndIncrement() == 0;
  }

  /** Whether others came meanwhile, so that it has to be done once more. */
  boolean handBack() {
    return calls.getAndSet(0) > 1;
  }
}
