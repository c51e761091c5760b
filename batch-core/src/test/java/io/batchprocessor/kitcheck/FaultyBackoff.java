package io.batchprocessor.kitcheck;

import io.batchprocessor.spi.BackoffStrategy;
import io.batchprocessor.testkit.BackoffStrategyContract;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.MethodSource;

/** The kit on faulty backoff strategies. Not a test by itself: {@link PolicyKitTest} runs it. */
@ParameterizedClass
@MethodSource("faults")
class FaultyBackoff implements BackoffStrategyContract {

  private static final Duration SECOND = Duration.ofSeconds(1);

  private final PolicyFault<BackoffStrategy> fault;

  FaultyBackoff(PolicyFault<BackoffStrategy> fault) {
    this.fault = fault;
  }

  static List<PolicyFault<BackoffStrategy>> faults() {
    return List.of(
        PolicyFault.of(
            "goes back in time at first",
            () -> context -> context.attempt() == 1 ? SECOND.negated() : SECOND,
            801,
            803),
        PolicyFault.of(
            "returns null at first",
            () -> context -> context.attempt() == 1 ? null : SECOND,
            801,
            803),
        PolicyFault.of(
            "clamps to the deadline",
            () -> context -> clamped(context.request().message().deadline()),
            802),
        PolicyFault.of(
            "overflows",
            () -> context -> Duration.ofNanos(1_000_000L << (context.attempt() - 1)),
            802),
        PolicyFault.of("is for one thread", FaultyBackoff::forOneThread, 803),
        PolicyFault.of("blocks after a while", FaultyBackoff::blocking, 803));
  }

  @Override
  public BackoffStrategy strategy() {
    return fault.subject().get();
  }

  @Override
  public Duration patience() {
    return Duration.ofSeconds(10);
  }

  private static Duration clamped(Instant deadline) {
    Duration left = Duration.between(Instant.now(), deadline);
    return left.isNegative() ? Duration.ZERO : left.compareTo(SECOND) < 0 ? left : SECOND;
  }

  private static BackoffStrategy forOneThread() {
    AtomicReference<Thread> owner = new AtomicReference<>();
    return context -> {
      Thread caller = Thread.currentThread();
      owner.compareAndSet(null, caller);
      if (owner.get() != caller) {
        throw new IllegalStateException("called by two threads");
      }
      return SECOND;
    };
  }

  private static BackoffStrategy blocking() {
    AtomicInteger calls = new AtomicInteger();
    return context -> {
      if (calls.incrementAndGet() > 10_000) {
        try {
          new CountDownLatch(1).await();
        } catch (InterruptedException e) {
          Thread.currentThread().interrupt();
        }
      }
      return SECOND;
    };
  }
}
