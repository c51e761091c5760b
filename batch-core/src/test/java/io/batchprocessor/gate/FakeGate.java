package io.batchprocessor.gate;

import io.batchprocessor.spi.AttemptOutcome;
import io.batchprocessor.spi.Permit;
import io.batchprocessor.spi.RequestView;
import io.batchprocessor.spi.Verdict;
import io.batchprocessor.spi.YieldingGate;
import java.util.List;
import java.util.Map;

/** Says what the test says, and writes down what happens to it and its permits. */
final class FakeGate implements YieldingGate {

  private final String name;
  private final List<String> log;
  Verdict verdict;
  RuntimeException failure;
  RuntimeException permitFailure;
  Error permitError;
  double budget = 1;
  int excess;

  /** Lets everything go. */
  FakeGate(String name, List<String> log) {
    this.name = name;
    this.log = log;
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public Verdict tryAcquire(RequestView request) {
    log.add(name + " asked");
    if (failure != null) {
      throw failure;
    }
    return verdict != null ? verdict : new Verdict.Go(new Written());
  }

  @Override
  public double budget() {
    return budget;
  }

  @Override
  public int excess() {
    return excess;
  }

  @Override
  public Map<String, Double> measurements() {
    return Map.of("budget", budget);
  }

  @Override
  public void close() {
    log.add(name + " closed");
    if (failure != null) {
      throw failure;
    }
  }

  private final class Written implements Permit {
    @Override
    public void release(AttemptOutcome outcome) {
      log.add(name + " " + outcome.kind());
      fail();
    }

    @Override
    public void returnUnused() {
      log.add(name + " unused");
      fail();
    }

    private void fail() {
      if (permitFailure != null) {
        throw permitFailure;
      }
      if (permitError != null) {
        throw permitError;
      }
    }
  }
}
