package io.batchprocessor.redis;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;

/**
 * Asks Redis what the shares of a book need, in a thread of its own: all that is due in one call.
 * What becomes due meanwhile gathers for the next.
 */
final class QuotaExchange implements AutoCloseable {

  private static final Script IN_FLIGHT = Script.of("quota.lua", "quota-in-flight.lua");
  private static final Script RATE = Script.of("quota.lua", "quota-rate.lua");

  /** The most values in one call, so that a script does not keep Redis from others for long. */
  private static final int MOST = 256;

  /** From the end of one call to the start of the next, for some more to gather. */
  private static final long GAP_NANOS = Duration.ofMillis(2).toNanos();

  /** After a call that failed. */
  private static final long RETRY_NANOS = Duration.ofMillis(250).toNanos();

  /** A longer value than that has its hash in the key. */
  private static final int LONGEST_VALUE = 100;

  private final QuotaBook book;
  private final Quota quota;
  private final GateConnection redis;
  private final Outage outage;
  private final LongSupplier ticker;
  private final GateThread thread;
  private final byte[] replica = Keys.utf8(UUID.randomUUID().toString().substring(0, 13));
  private final byte[] mark;
  private final AtomicLong calls = new AtomicLong();
  private volatile boolean tried;
  private long endedAt;
  private volatile boolean broken;

  /** Started. */
  QuotaExchange(
      QuotaBook book,
      Quota quota,
      RedisAddress address,
      ThreadFactory threads,
      LongSupplier ticker) {
    this.book = book;
    this.quota = quota;
    this.ticker = ticker;
    mark = Keys.utf8(Keys.beside(quota.key(), ":mark"));
    redis = new GateConnection(address, mark);
    outage =
        new Outage(
            RedisQuotaGate.ID,
            "the quota '%s'".formatted(quota.key()),
            quota.fallback() == 0
                ? "once its leases have run out nothing goes, as its fallback is 0"
                : "once its leases have run out each '%s' has the fallback %d on this replica"
                    .formatted(quota.attribute(), quota.fallback()));
    thread = new GateThread(this::round, threads);
    thread.start();
  }

  /** Some share is due sooner than it was. */
  void ring() {
    if (!outage.isFailing()) {
      thread.ring();
    }
  }

  /** Whether Redis was asked yet, be it in vain. */
  boolean isTried() {
    return tried;
  }

  /** Whether Redis can't be asked. */
  boolean isCutOff() {
    return outage.isFailing();
  }

  long failures() {
    return outage.failures();
  }

  long calls() {
    return calls.get();
  }

  private long round() {
    if (tried && !outage.isFailing()) {
      long nanos = Math.max(book.nextDueIn(), endedAt + GAP_NANOS - ticker.getAsLong());
      if (nanos > 0) {
        return nanos;
      }
    }
    boolean answered = exchange(book.questions(MOST));
    endedAt = ticker.getAsLong();
    tried = true;
    return answered ? 0 : RETRY_NANOS;
  }

  /** Puts questions; also none, to see whether there is a Redis. */
  private boolean exchange(List<QuotaBook.Question> questions) {
    List<byte[]> keys = new ArrayList<>();
    List<byte[]> args = new ArrayList<>();
    keys.add(mark);
    args.add(replica);
    args.add(Keys.number(quota.lease().toMillis()));
    for (QuotaBook.Question question : questions) {
      keys.add(key(question.share().value()));
      args.addAll(question.args());
    }
    long asked = ticker.getAsLong();
    try {
      calls.incrementAndGet();
      List<?> numbers = (List<?>) redis.run(quota.per() == null ? IN_FLIGHT : RATE, keys, args);
      book.answered(questions, asked, numbers);
      outage.ended();
      broken = false;
      return true;
    } catch (RuntimeException e) {
      broken = true;
      book.unanswered(questions);
      if (!thread.isStopped()) {
        outage.failed(String.valueOf(e.getMessage()), asked);
      }
      return false;
    }
  }

  private byte[] key(String value) {
    return Keys.utf8(
        Keys.beside(
            quota.key(),
            (quota.per() == null ? ":in-flight:" : ":rate:")
                + (value.length() > LONGEST_VALUE ? hash(value) : value)));
  }

  private static String hash(String value) {
    try {
      byte[] utf8 = value.getBytes(StandardCharsets.UTF_8);
      return "#" + HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(utf8));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }

  /** Gives back what is left, if Redis can be asked; else it comes back by its lease. */
  @Override
  public void close() {
    thread.stop();
    if (broken) {
      redis.close();
    }
    thread.join();
    List<QuotaBook.Question> rest = book.end();
    for (int from = 0; from < rest.size() && !broken; from += MOST) {
      exchange(rest.subList(from, Math.min(rest.size(), from + MOST)));
    }
    redis.close();
  }
}
