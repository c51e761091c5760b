package io.batchprocessor.redis;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.concurrent.ThreadFactory;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import redis.clients.jedis.CommandArguments;
import redis.clients.jedis.Protocol.Command;

/** Reads a number from 0 to 1 out of a key at intervals, in a thread of its own. */
final class BudgetReader implements AutoCloseable {

  private final String key;
  private final Timing timing;
  private final GateConnection redis;
  private final Outage outage;
  private final LongSupplier ticker;
  private final GateThread thread;
  private volatile @Nullable Reading last;
  private volatile boolean tried;

  /**
   * When to read.
   *
   * @param every from the end of one reading to the start of the next
   * @param maxAge a reading that is older is none
   */
  record Timing(Duration every, Duration maxAge) {}

  private record Reading(double budget, long takenNanos) {}

  /**
   * A reader, started.
   *
   * @param instead what the gate does without a reading, in words for the log
   */
  BudgetReader(
      String gate,
      RedisAddress address,
      String key,
      Timing timing,
      String instead,
      ThreadFactory threads,
      LongSupplier ticker) {
    this.key = key;
    this.timing = timing;
    this.redis = new GateConnection(address, Keys.utf8(key));
    this.outage =
        new Outage(
            gate,
            "the key '%s'".formatted(key),
            "the last reading counts until it is %d ms old, then %s"
                .formatted(timing.maxAge().toMillis(), instead));
    this.ticker = ticker;
    this.thread = new GateThread(this::read, threads);
    thread.start();
  }

  /** What the key holds; empty without a reading that is young enough. */
  OptionalDouble fresh() {
    Reading reading = last;
    return reading == null || ageNanos(reading) > timing.maxAge().toNanos()
        ? OptionalDouble.empty()
        : OptionalDouble.of(reading.budget());
  }

  /** Whether a reading was tried yet. */
  boolean isTried() {
    return tried;
  }

  /** As the gates that read metrics call them. */
  Map<String, Double> measurements() {
    Reading reading = last;
    return Map.of(
        "reading_age_seconds",
        reading == null ? Double.NaN : ageNanos(reading) / 1e9,
        "reading_missing",
        fresh().isPresent() ? 0.0 : 1.0,
        "reading_failures",
        (double) outage.failures());
  }

  private long ageNanos(Reading reading) {
    return Math.max(0, ticker.getAsLong() - reading.takenNanos());
  }

  private long read() {
    long begun = ticker.getAsLong();
    try {
      last =
          new Reading(
              parse(redis.call(new CommandArguments(Command.GET).key(Keys.utf8(key)))), begun);
      outage.ended();
    } catch (RuntimeException e) {
      if (!thread.isStopped()) {
        outage.failed(String.valueOf(e.getMessage()), begun);
      }
    }
    tried = true;
    return timing.every().toNanos();
  }

  private double parse(@Nullable Object answer) {
    if (!(answer instanceof byte[] bytes)) {
      throw new RedisException(
          "Redis at %s has it not; SET %s 0.5 makes it".formatted(redis.address(), key), null);
    }
    String text = new String(bytes, StandardCharsets.UTF_8).strip();
    try {
      double budget = Double.parseDouble(text);
      if (budget >= 0 && budget <= 1) {
        return budget;
      }
    } catch (NumberFormatException e) {
      throw notABudget(text);
    }
    throw notABudget(text);
  }

  private static RedisException notABudget(String text) {
    String shown = text.length() > 40 ? text.substring(0, 40) + "…" : text;
    return new RedisException("'%s' is not a number from 0 to 1".formatted(shown), null);
  }

  @Override
  public void close() {
    thread.stop();
    redis.close();
    thread.join();
  }
}
