package io.batchprocessor;

import io.batchprocessor.spi.AttemptOutcome;
import io.batchprocessor.spi.DispatchGate;
import io.batchprocessor.spi.Permit;
import io.batchprocessor.spi.RequestView;
import io.batchprocessor.spi.Verdict;
import io.batchprocessor.spi.YieldingGate;
import java.time.Duration;
import java.util.Map;

/**
 * A dispatch gate that may fail: then the request waits, and the gate is asked again. Its permits
 * may fail too.
 */
final class GuardedGate implements YieldingGate {

  private static final Verdict ASK_AGAIN = new Verdict.Wait(Duration.ofSeconds(1));

  private final DispatchGate gate;
  private final UserCode userCode;

  GuardedGate(DispatchGate gate, UserCode userCode) {
    this.gate = gate;
    this.userCode = userCode;
  }

  @Override
  public String name() {
    try {
      return gate.name();
    } catch (Throwable e) {
      failed("its class names it", e);
      return gate.getClass().getSimpleName();
    }
  }

  @Override
  public Verdict tryAcquire(RequestView request) {
    try {
      Verdict verdict = gate.tryAcquire(request);
      if (verdict instanceof Verdict.Go go && go.permit() != Permit.UNCOUNTED) {
        return new Verdict.Go(new GuardedPermit(go.permit()));
      }
      if (verdict != null) {
        return verdict;
      }
      failed("the request waits", new IllegalStateException("returned null"));
    } catch (Throwable e) {
      failed("the request waits", e);
    }
    return ASK_AGAIN;
  }

  /** 1 if it can't say. */
  @Override
  public double budget() {
    try {
      double budget = gate.budget();
      if (budget >= 0 && budget <= 1) {
        return budget;
      }
      failed("it counts as open", new IllegalStateException("returned budget " + budget));
    } catch (Throwable e) {
      failed("it counts as open", e);
    }
    return 1;
  }

  /** 0 if it never wants any back. */
  @Override
  public int excess() {
    if (gate instanceof YieldingGate yielding) {
      try {
        int excess = yielding.excess();
        if (excess >= 0) {
          return excess;
        }
        failed("nothing is taken back", new IllegalStateException("returned excess " + excess));
      } catch (Throwable e) {
        failed("nothing is taken back", e);
      }
    }
    return 0;
  }

  @Override
  public Map<String, Double> measurements() {
    try {
      return Map.copyOf(gate.measurements());
    } catch (Throwable e) {
      failed("it has no measurements", e);
      return Map.of();
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

  private final class GuardedPermit implements Permit {
    private final Permit permit;

    GuardedPermit(Permit permit) {
      this.permit = permit;
    }

    @Override
    public void release(AttemptOutcome outcome) {
      try {
        permit.release(outcome);
      } catch (Throwable e) {
        failed("its permit may be lost", e);
      }
    }

    @Override
    public void returnUnused() {
      try {
        permit.returnUnused();
      } catch (Throwable e) {
        failed("its permit may be lost", e);
      }
    }
  }
}
