package io.batchprocessor;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The order in which the requests of a queue go. Used by whoever holds the dispatcher's baton, and
 * nobody else.
 */
interface Line {

  /**
   * The request that goes next, without those that were decided while they waited; null if there is
   * none, or if those that there are have to wait.
   */
  @Nullable HeldRequest next();

  /** Takes out what {@link #next} gave. By now another may have come, which would go before it. */
  void remove(HeldRequest next);

  /**
   * Its gate said that what {@link #next} gave has to wait.
   *
   * @param untilNanos until then, or until {@link #letGo} is told of a permit
   * @param alone whether others of the queue need not wait
   */
  void holdBack(HeldRequest next, long untilNanos, boolean alone);

  /**
   * Lets those be asked for again whose time has come.
   *
   * @param all whatever their time is, as a permit came back
   */
  void letGo(boolean all);

  /**
   * Nanoseconds until there is something to do with those that wait, 0 if there is now; {@link
   * Long#MAX_VALUE} if none waits.
   */
  long heldBackNanos(long nowNanos);

  /** Forgets those that were decided while they waited, wherever they stand. */
  void forgetDecided();

  /**
   * Takes out those that wait alone and leave no room for others to be taken in.
   *
   * @see RoomForOthers
   */
  default List<Overstay> overstays() {
    return List.of();
  }

  /** A request that has to go back to the broker, and for how long. */
  record Overstay(HeldRequest request, long delayNanos) {}
}
