package io.batchprocessor;

import io.batchprocessor.spi.AttemptOutcome;
import io.batchprocessor.spi.Permit;
import io.batchprocessor.spi.RequestView;
import io.batchprocessor.spi.Verdict;
import io.batchprocessor.spi.YieldingGate;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/** Lets so many be in flight as the test says, and wants back what exceeds it. */
final class WantingGate implements YieldingGate {

  private final String name;
  private final List<AttemptOutcome.Kind> ends = Collections.synchronizedList(new ArrayList<>());
  private volatile int limit = Integer.MAX_VALUE;
  private volatile int inFlight;
  private volatile boolean closed;

  WantingGate(String name) {
    this.name = name;
  }

  void limit(int limit) {
    this.limit = limit;
  }

  int inFlight() {
    return inFlight;
  }

  boolean isClosed() {
    return closed;
  }

  /** How attempts ended, in the order in which permits came back. */
  List<AttemptOutcome.Kind> ends() {
    synchronized (ends) {
      return List.copyOf(ends);
    }
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public synchronized Verdict tryAcquire(RequestView request) {
    if (inFlight >= limit) {
      return new Verdict.Wait(Duration.ofMillis(20));
    }
    inFlight++;
    return new Verdict.Go(new Counted());
  }

  @Override
  public double budget() {
    return inFlight >= limit ? 0 : 1;
  }

  @Override
  public int excess() {
    return Math.max(0, inFlight - limit);
  }

  @Override
  public void close() {
    closed = true;
  }

  private final class Counted implements Permit {
    private boolean back;

    @Override
    public void release(AttemptOutcome outcome) {
      comeBack();
      ends.add(outcome.kind());
    }

    @Override
    public void returnUnused() {
      comeBack();
    }

    private void comeBack() {
      synchronized (WantingGate.this) {
        if (back) {
          throw new IllegalStateException("came back twice");
        }
        back = true;
        inFlight--;
      }
    }
  }
}
