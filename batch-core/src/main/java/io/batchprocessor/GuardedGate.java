package io.batchprocessor;

import io.batchprocessor.spi.AttemptOutcome;
import io.batchprocessor.spi.DispatchGate;
import io.batchprocessor.spi.Permit;
import io.batchprocessor.spi.RequestView;
import io.batchprocessor.spi.Verdict;
import java.time.Duration;

/** A dispatch gate that may fail: then the request waits, and the gate is asked again. */
final class GuardedGate implements AutoCloseable {

  private static final Verdict ASK_AGAIN = new Verdict.Wait(Duration.ofSeconds(1));

  private final DispatchGate gate;
  private final UserCode userCode;

  GuardedGate(DispatchGate gate, UserCode userCode) {
    this.gate = gate;
    this.userCode = userCode;
  }

  String name() {
    try {
      return gate.name();
    } catch (Throwable e) {
      failed("its class names it", e);
      return gate.getClass().getSimpleName();
    }
  }

  Verdict tryAcquire(RequestView request) {
    try {
      Verdict verdict = gate.tryAcquire(request);
      if (verdict != null) {
        return verdict;
      }
      failed("the request waits", new IllegalStateException("returned null"));
    } catch (Throwable e) {
      failed("the request waits", e);
    }
    return ASK_AGAIN;
  }

  void release(Permit permit, AttemptOutcome outcome) {
    try {
      permit.release(outcome);
    } catch (Throwable e) {
      failed("its permit may be lost", e);
    }
  }

  /** Whether it would give out anything at all. */
  boolean isOpen() {
    try {
      double budget = gate.budget();
      if (budget >= 0 && budget <= 1) {
        return budget > 0;
      }
      failed("it counts as open", new IllegalStateException("returned budget " + budget));
      return true;
    } catch (Throwable e) {
      failed("it counts as open", e);
      return true;
    }
  }

  @Override
  public void close() {
    try {
      gate.close();
    } catch (Throwable e) {
      failed("closing goes on", e);
    }
  }

  private void failed(String instead, Throwable fault) {
    userCode.failed("dispatch gate " + gate.getClass().getName(), instead, fault);
  }
}
