package io.batchprocessor.gate;

import io.batchprocessor.spi.DispatchGate;
import io.batchprocessor.spi.RequestView;
import io.batchprocessor.spi.Verdict;
import io.batchprocessor.spi.YieldingGate;
import java.time.Duration;
import java.util.Map;

/**
 * Lets requests wait here where the gate inside would hand them back to the broker: for brokers
 * where going back and forth costs more than the place in the buffer.
 */
public final class WaitOnReleaseGate implements YieldingGate {

  private static final Duration LEAST = Duration.ofMillis(100);

  private final DispatchGate inside;

  private WaitOnReleaseGate(DispatchGate inside) {
    this.inside = inside;
  }

  /** A gate around another, which it closes. */
  public static WaitOnReleaseGate of(DispatchGate inside) {
    return new WaitOnReleaseGate(inside);
  }

  DispatchGate inside() {
    return inside;
  }

  /** Such as {@code wait-on-release(scrape)}. */
  @Override
  public String name() {
    return "wait-on-release(" + inside.name() + ")";
  }

  @Override
  public Verdict tryAcquire(RequestView request) {
    Verdict verdict = inside.tryAcquire(request);
    return verdict instanceof Verdict.Release release
        ? new Verdict.Wait(release.delay().compareTo(LEAST) < 0 ? LEAST : release.delay())
        : verdict;
  }

  @Override
  public double budget() {
    return inside.budget();
  }

  @Override
  public int excess() {
    return inside instanceof YieldingGate yielding ? yielding.excess() : 0;
  }

  @Override
  public Map<String, Double> measurements() {
    return inside.measurements();
  }

  @Override
  public void close() {
    inside.close();
  }
}
