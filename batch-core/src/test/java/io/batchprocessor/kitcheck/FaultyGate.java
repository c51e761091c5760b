package io.batchprocessor.kitcheck;

import io.batchprocessor.spi.AttemptOutcome;
import io.batchprocessor.spi.DispatchGate;
import io.batchprocessor.spi.RequestView;
import io.batchprocessor.spi.Verdict;
import io.batchprocessor.spi.YieldingGate;
import io.batchprocessor.testkit.DispatchGateContract;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.MethodSource;

/** The kit on faulty gates. Not a test by itself: {@link PolicyKitTest} runs it. */
@ParameterizedClass
@MethodSource("faults")
class FaultyGate implements DispatchGateContract {

  private final PolicyFault<DispatchGate> fault;

  FaultyGate(PolicyFault<DispatchGate> fault) {
    this.fault = fault;
  }

  static List<PolicyFault<DispatchGate>> faults() {
    return List.of(
        PolicyFault.of("keeps every rule", Fixed::new),
        PolicyFault.of("returns null when it is full", ReturnsNull::new, 901),
        PolicyFault.of("forgets permits of attempts that failed", LeaksPermits::new, 902),
        PolicyFault.of("counts every question when it is full", CountsQuestions::new, 903),
        PolicyFault.of("has a budget below zero", BelowZero::new, 905),
        PolicyFault.of("knows its own thread only", OneThread::new, 906),
        PolicyFault.of("leaks a thread on close", LeaksThread::new, 907),
        PolicyFault.of("wants permits back, and keeps every rule", Yielding::new),
        PolicyFault.of("wants more each time it is asked", WantsMore::new, 911),
        PolicyFault.of("wants permits back that are not out", WantsTooMany::new, 912),
        PolicyFault.of("gives permits out that it wants back", GivesOut::new, 913),
        PolicyFault.of("forgets that permits came back", ForgetsAborted::new, 914));
  }

  @Override
  public DispatchGate gate() {
    return fault.subject().get();
  }

  @Override
  public void provokeExcess(DispatchGate gate) {
    if (gate instanceof Yielding yielding) {
      yielding.wanted = Fixed.LIMIT - 1;
    }
  }

  @Override
  public Duration patience() {
    return Duration.ofSeconds(5);
  }

  /** So many at once. */
  private static class Fixed implements DispatchGate {
    static final int LIMIT = 4;

    final AtomicInteger inFlight = new AtomicInteger();

    @Override
    public String name() {
      return "fixed";
    }

    @Override
    public Verdict tryAcquire(RequestView request) {
      if (inFlight.get() >= LIMIT) {
        return full();
      }
      inFlight.incrementAndGet();
      return new Verdict.Go(this::release);
    }

    Verdict full() {
      return new Verdict.Wait(Duration.ofSeconds(1));
    }

    void release(AttemptOutcome outcome) {
      inFlight.decrementAndGet();
    }

    @Override
    public double budget() {
      return Math.max(0, 1.0 - (double) inFlight.get() / LIMIT);
    }
  }

  private static final class ReturnsNull extends Fixed {
    @Override
    Verdict full() {
      return null;
    }
  }

  private static final class LeaksPermits extends Fixed {
    @Override
    void release(AttemptOutcome outcome) {
      if (outcome.kind() != AttemptOutcome.Kind.FAILED) {
        super.release(outcome);
      }
    }
  }

  private static final class CountsQuestions extends Fixed {
    private int questions;

    @Override
    Verdict full() {
      if (++questions > 100) {
        inFlight.incrementAndGet();
      }
      return super.full();
    }
  }

  private static final class BelowZero extends Fixed {
    @Override
    public double budget() {
      return inFlight.get() == LIMIT ? -0.1 : super.budget();
    }
  }

  private static final class OneThread extends Fixed {
    private final Thread owner = Thread.currentThread();

    @Override
    public double budget() {
      if (Thread.currentThread() != owner) {
        throw new IllegalStateException("not my thread");
      }
      return super.budget();
    }
  }

  private static final class LeaksThread extends Fixed {
    LeaksThread() {
      Thread thread =
          new Thread(
              () -> {
                try {
                  new CountDownLatch(1).await();
                } catch (InterruptedException e) {
                  Thread.currentThread().interrupt();
                }
              },
              "leaked");
      thread.setDaemon(true);
      thread.start();
    }
  }

  private static class Yielding extends Fixed implements YieldingGate {
    volatile int wanted = LIMIT;

    @Override
    public Verdict tryAcquire(RequestView request) {
      return excess() > 0 ? full() : super.tryAcquire(request);
    }

    @Override
    public double budget() {
      return excess() > 0 ? 0 : super.budget();
    }

    @Override
    public int excess() {
      return Math.max(0, inFlight.get() - wanted);
    }
  }

  private static final class WantsMore extends Yielding {
    private final AtomicInteger asked = new AtomicInteger();

    @Override
    public int excess() {
      return super.excess() == 0
          ? 0
          : Math.min(inFlight.get(), super.excess() + asked.getAndIncrement() / 100);
    }
  }

  private static final class WantsTooMany extends Yielding {
    @Override
    public int excess() {
      return super.excess() == 0 ? super.excess() : LIMIT + 1;
    }
  }

  private static final class GivesOut extends Yielding {
    @Override
    public Verdict tryAcquire(RequestView request) {
      if (excess() > 0) {
        inFlight.incrementAndGet();
        return new Verdict.Go(this::release);
      }
      return super.tryAcquire(request);
    }
  }

  private static final class ForgetsAborted extends Yielding {
    private boolean wanting;

    @Override
    public synchronized int excess() {
      wanting = (wanting || super.excess() > 0) && inFlight.get() > 0;
      return wanting ? 1 : 0;
    }
  }
}
