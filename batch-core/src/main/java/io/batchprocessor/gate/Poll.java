package io.batchprocessor.gate;

import java.io.IOException;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Asks a probe at intervals, in a thread of its own, and keeps the last good reading. When readings
 * fail it says so once, then once a minute while they do, and once when they are back.
 */
final class Poll<T> implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(Poll.class);
  private static final long REMIND_NANOS = Duration.ofMinutes(1).toNanos();

  /** How long {@link #close} waits for a reading that does not end. */
  private static final Duration CLOSE_WITHIN = Duration.ofSeconds(10);

  private final String name;
  private final Probe<T> probe;
  private final Timing timing;
  private final LongSupplier ticker;
  private final String fallback;
  private final Thread thread;
  private volatile @Nullable Reading<T> last;
  private volatile boolean tried;
  private volatile boolean closed;
  private final AtomicLong failures = new AtomicLong();
  private boolean failing;
  private long warnedNanos;

  /**
   * When to ask, and for how long an answer counts.
   *
   * @param every from the end of one reading to the start of the next
   * @param maxAge a reading older than that is none
   */
  record Timing(Duration every, Duration maxAge) {}

  /**
   * A poll, not started.
   *
   * @param name the gate's, for logs
   * @param fallback what is done without a reading, in words for the log, such as {@code its budget
   *     is the fallback 0}
   */
  Poll(
      String name,
      Probe<T> probe,
      Timing timing,
      String fallback,
      ThreadFactory threads,
      LongSupplier ticker) {
    this.name = name;
    this.probe = probe;
    this.timing = timing;
    this.fallback = fallback;
    this.ticker = ticker;
    this.thread = threads.newThread(this::run);
  }

  Poll<T> start() {
    thread.start();
    return this;
  }

  /** The last good reading, however old; empty before the first. */
  Optional<Reading<T>> last() {
    return Optional.ofNullable(last);
  }

  /** The last good reading, unless it is older than the maximum age. */
  Optional<Reading<T>> freshReading() {
    Reading<T> reading = last;
    return reading == null || age(reading).compareTo(timing.maxAge()) > 0
        ? Optional.empty()
        : Optional.of(reading);
  }

  /** The value of {@link #freshReading}. */
  Optional<T> fresh() {
    return freshReading().map(Reading::value);
  }

  /** Whether a reading was tried yet: before that nobody can know what is missing. */
  boolean isTried() {
    return tried;
  }

  Timing timing() {
    return timing;
  }

  /**
   * For a gate's measurements: age of the last good reading, whether it counts, failures so far.
   */
  Map<String, Double> measurements() {
    Reading<T> reading = last;
    return Map.of(
        "reading_age_seconds",
        reading == null ? Double.NaN : age(reading).toMillis() / 1e3,
        "reading_missing",
        fresh().isPresent() ? 0.0 : 1.0,
        "reading_failures",
        failures.doubleValue());
  }

  private Duration age(Reading<T> reading) {
    return Duration.ofNanos(Math.max(0, ticker.getAsLong() - reading.takenNanos()));
  }

  private void run() {
    while (!closed) {
      pollOnce();
      // An interrupt is nobody's way to end this thread, and would keep it from sleeping.
      Thread.interrupted();
      if (!closed) {
        LockSupport.parkNanos(timing.every().toNanos());
      }
    }
  }

  /** Takes one reading. */
  void pollOnce() {
    try {
      long started = ticker.getAsLong();
      last = new Reading<>(probe.measure(), started);
      if (failing) {
        failing = false;
        LOG.info("gate '{}' reads {} again", name, probe.source());
      }
    } catch (IOException | RuntimeException | Error e) {
      if (!closed) {
        failed(e);
      }
    }
    tried = true;
  }

  private void failed(Throwable fault) {
    failures.incrementAndGet();
    long now = ticker.getAsLong();
    if (!failing || now - warnedNanos >= REMIND_NANOS) {
      failing = true;
      warnedNanos = now;
      LOG.warn(
          "gate '{}' can't read {}: {}; {}",
          name,
          probe.source(),
          fault instanceof IOException || fault instanceof IllegalArgumentException
              ? String.valueOf(fault.getMessage())
              : fault.toString(),
          instead());
    }
  }

  private String instead() {
    Reading<T> reading = last;
    if (reading == null) {
      return fallback + " until it can";
    }
    return age(reading).compareTo(timing.maxAge()) > 0
        ? "the last reading is %d s old, %s until there is another"
            .formatted(age(reading).toSeconds(), fallback)
        : "the last reading counts until it is %d ms old, then %s"
            .formatted(timing.maxAge().toMillis(), fallback);
  }

  @Override
  public void close() {
    closed = true;
    probe.close();
    LockSupport.unpark(thread);
    try {
      thread.join(CLOSE_WITHIN.toMillis());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
