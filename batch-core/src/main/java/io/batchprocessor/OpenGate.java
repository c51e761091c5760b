package io.batchprocessor;

import io.batchprocessor.spi.DispatchGate;
import io.batchprocessor.spi.Permit;
import io.batchprocessor.spi.RequestView;
import io.batchprocessor.spi.Verdict;

/** The gate of a pool that has none: only its concurrency decides. */
final class OpenGate implements DispatchGate {

  private static final Verdict GO = new Verdict.Go(Permit.UNCOUNTED);

  @Override
  public String name() {
    return "open";
  }

  @Override
  public Verdict tryAcquire(RequestView request) {
    return GO;
  }

  @Override
  public double budget() {
    return 1;
  }
}
