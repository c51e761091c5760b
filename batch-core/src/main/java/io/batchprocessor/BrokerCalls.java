package io.batchprocessor;

import io.batchprocessor.spi.ResultRejectedException;
import java.time.Duration;
import java.util.function.DoubleSupplier;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Calls to the broker that have to succeed, however long it takes; and what is said meanwhile. */
final class BrokerCalls {

  private static final Logger LOG = LoggerFactory.getLogger(BatchProcessor.class);
  private static final long BASE_NANOS = Duration.ofMillis(100).toNanos();
  private static final long CAP_NANOS = Duration.ofSeconds(10).toNanos();
  private static final int MAX_DOUBLINGS = 7;

  private final Counters counters;
  private final GuardedListeners listeners;
  private final LogThrottle throttle;
  private final DoubleSupplier random;
  private volatile boolean stalled;
  private volatile String stalledBy = "";

  BrokerCalls(
      Counters counters, GuardedListeners listeners, LongSupplier ticker, DoubleSupplier random) {
    this.counters = counters;
    this.listeners = listeners;
    this.throttle = new LogThrottle(ticker);
    this.random = random;
  }

  /**
   * Whether something that was decided can't be stored now: then nothing new is taken or
   * dispatched.
   */
  boolean isStalled() {
    return stalled;
  }

  /** What can't be stored, and why; of use while stalled. */
  String stalledBy() {
    return stalledBy;
  }

  /**
   * Calls until it succeeds. Called by the settler only.
   *
   * @param patience waits for the time it is given; false: give up
   * @throws ResultRejectedException if repeating the call would not help
   * @throws RuntimeException the last failure, when patience ends
   */
  <T> T untilStored(String operation, Patience patience, Supplier<T> call) {
    int failures = 0;
    while (true) {
      try {
        T value = call.get();
        answered(operation);
        return value;
      } catch (ResultRejectedException e) {
        answered(operation);
        throw e;
      } catch (RuntimeException e) {
        failures++;
        stalledBy = operation + ": " + e.getMessage();
        stalled = true;
        failed(operation, e);
        if (!patience.await(backoffNanos(failures))) {
          throw e;
        }
      }
    }
  }

  /** Also ends what an earlier call left, which an error made give up. */
  private void answered(String operation) {
    if (stalled) {
      stalled = false;
      recovered(operation);
    }
  }

  /** Says how long a failing call is to be repeated. */
  @FunctionalInterface
  interface Patience {
    /** Waits; false: there is no time for another call. */
    boolean await(long nanos);
  }

  void failed(String operation, RuntimeException failure) {
    counters.brokerFailures.increment();
    if (throttle.permits()) {
      LOG.warn(
          "{} failed; trying again until it succeeds ({} more such failures were not logged)",
          operation,
          throttle.suppressed(),
          failure);
    }
    listeners.tell(listener -> listener.brokerFailed(operation, failure));
  }

  void recovered(String operation) {
    LOG.info("{} works again", operation);
  }

  /** Exponential with equal jitter, from 100 ms to 10 s. */
  long backoffNanos(int failures) {
    long ceiling =
        Math.min(CAP_NANOS, BASE_NANOS << Math.min(MAX_DOUBLINGS, Math.max(0, failures - 1)));
    return (long) (ceiling * (1 + random.getAsDouble()) / 2);
  }
}
