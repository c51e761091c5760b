package io.batchprocessor.redis;

import io.batchprocessor.spi.RequestView;
import java.util.List;

/**
 * What this replica may give out of one value's quota, fetched from Redis beforehand, in bulk.
 * Guarded by the {@link QuotaBook} that it is in. Times are nanoseconds of the gate's ticker.
 */
interface QuotaShare {

  /** What becomes of a request. */
  enum Answer {
    /** It may go. */
    TAKEN,
    /** Redis must be asked, or can't be. */
    NOT_YET,
    /** The value's quota is used up, in all replicas together. */
    OVER
  }

  /** The value of the attribute. */
  String value();

  /**
   * Takes one, if there is one.
   *
   * @param cutOff whether Redis can't be asked
   */
  Answer take(RequestView request, long now, boolean cutOff);

  /** Gives one back; {@code unused} if nothing was sent. */
  void giveBack(boolean unused, long now);

  /** For how long Redis need not be asked; 0 or less if it should be now. */
  long dueIn(long now);

  /** By how much sooner it may be asked for, where others are. */
  long early();

  /** Until when it makes no sense to ask again, after {@link Answer#OVER}; from now. */
  long overFor(long now);

  /** What the script is to be told, which binds this share until there is an answer. */
  List<byte[]> ask(long now);

  /**
   * The script's two numbers.
   *
   * @param asked when the question was put
   * @param grace whether Redis gives out nothing because it has lost its data
   */
  void answered(long asked, long first, long second, boolean grace);

  /** There was no answer: it is not known whether Redis had the question. */
  void unanswered();

  /** Nothing is given out any more; what is left goes back with the next question. */
  void end();

  /** Whether nothing would be lost with it. */
  boolean isEmpty(long now);

  /** How many of those in flight were taken here. */
  int inFlight();

  /** How many more it could give out. */
  int spare(long now);

  /** How many of those in flight are not covered by a lease, nor by the fallback. */
  int excess(long now, boolean cutOff);
}
