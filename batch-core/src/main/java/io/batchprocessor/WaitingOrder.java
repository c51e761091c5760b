package io.batchprocessor;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** Requests of one tenant that came on one lane, in the order in which they go. */
interface WaitingOrder {

  void add(HeldRequest request);

  /** The one that goes next, which may be decided by now; null if there is none. */
  @Nullable HeldRequest peek();

  /** Takes out what {@link #peek} gives. */
  void remove();

  /** Takes all out, in the order in which they would go. */
  List<HeldRequest> removeAll();
}
