package io.batchprocessor.redis;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Whether a gate can use its Redis. Says once that it can't and why, then once a minute while that
 * lasts, sooner if the reason changes, and once when it can again. Told by the gate's thread, asked
 * by any.
 */
final class Outage {

  private static final Logger LOG = LoggerFactory.getLogger(Outage.class);
  private static final long REMIND_NANOS = Duration.ofMinutes(1).toNanos();

  /** Reasons may alternate, such as those of a connection that breaks in several ways. */
  private static final long CHANGED_NANOS = Duration.ofSeconds(10).toNanos();

  private final String gate;
  private final String source;
  private final String instead;
  private final AtomicLong failures = new AtomicLong();
  private volatile boolean failing;
  private String reason = "";
  private long warnedNanos;

  /**
   * None yet.
   *
   * @param gate its name
   * @param source what it reads, in words for the log
   * @param instead what it does meanwhile, in words for the log
   */
  Outage(String gate, String source, String instead) {
    this.gate = gate;
    this.source = source;
    this.instead = instead;
  }

  void failed(String why, long nowNanos) {
    failures.incrementAndGet();
    long quiet = why.equals(reason) ? REMIND_NANOS : CHANGED_NANOS;
    if (!failing || nowNanos - warnedNanos >= quiet) {
      warnedNanos = nowNanos;
      reason = why;
      LOG.warn("gate '{}' can't use {}: {}; {}", gate, source, why, instead);
    }
    failing = true;
  }

  void ended() {
    if (failing) {
      failing = false;
      LOG.info("gate '{}' uses {} again", gate, source);
    }
  }

  boolean isFailing() {
    return failing;
  }

  long failures() {
    return failures.get();
  }
}
