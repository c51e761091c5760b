package io.batchprocessor.examples.harvest;

import io.batchprocessor.spi.AttemptOutcome;
import io.batchprocessor.spi.DispatchGate;
import io.batchprocessor.spi.RequestView;
import io.batchprocessor.spi.Verdict;
import java.time.Duration;
import java.util.function.IntSupplier;

/**
 * What the gate {@code scrape} does with a count of requests, in virtual time, where its poll can't
 * run: what a reading leaves free of the capacity may be in flight beyond what was then, until the
 * next reading. For one thread.
 */
final class RoomGate implements DispatchGate {

  private static final Verdict LATER = new Verdict.Wait(Duration.ofSeconds(1));

  private final double room;
  private final IntSupplier requests;
  private long more;
  private boolean unspent;
  private long limit;
  private int inFlight;

  /**
   * A gate that was not told a reading yet, and is closed.
   *
   * @param room how many requests the engine has room for
   * @param requests how many it has now
   */
  RoomGate(double room, IntSupplier requests) {
    this.room = room;
    this.requests = requests;
  }

  /** Takes a reading. */
  void read() {
    more = (long) Math.ceil(Math.max(0, room - requests.getAsInt()));
    unspent = true;
  }

  @Override
  public String name() {
    return "room";
  }

  @Override
  public Verdict tryAcquire(RequestView request) {
    if (unspent) {
      limit = more > 0 ? inFlight + more : 0;
      unspent = false;
    }
    if (inFlight >= limit) {
      return LATER;
    }
    inFlight++;
    return new Verdict.Go(this::released);
  }

  private void released(AttemptOutcome outcome) {
    inFlight--;
  }

  @Override
  public double budget() {
    return more > 0 ? 1 : 0;
  }
}
