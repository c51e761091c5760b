package io.batchprocessor.metrics;

import java.time.Duration;
import java.util.List;
import java.util.stream.DoubleStream;
import org.jspecify.annotations.Nullable;

/**
 * Every metric: its name by Micrometer's conventions, which each registry turns into its own, what
 * it measures and in which unit. All carry the label {@code processor}, the processor's name, and
 * those of {@link #labels}; each label has few values.
 */
@SuppressWarnings("ImmutableEnumChecker") // Neither array nor list is ever written to.
public enum BatchMetric {
  /** {@code batch.requests.received}. */
  RECEIVED(
      "batch.requests.received",
      Type.COUNTER,
      "requests taken from the broker and understood; one that comes back is counted again",
      Label.QUEUE),
  /** {@code batch.requests.dispatched}. */
  DISPATCHED(
      "batch.requests.dispatched", Type.COUNTER, "attempts begun at the gateway", Label.QUEUE),
  /** {@code batch.requests.succeeded}. */
  SUCCEEDED(
      "batch.requests.succeeded",
      Type.COUNTER,
      "results stored that carry the gateway's answer",
      Label.QUEUE),
  /** {@code batch.requests.failed}. */
  FAILED(
      "batch.requests.failed",
      Type.COUNTER,
      "results stored that carry an error",
      Label.QUEUE,
      Label.ERROR_CODE),
  /** {@code batch.requests.retried}. */
  RETRIED(
      "batch.requests.retried",
      Type.COUNTER,
      "further attempts stored in the retry queue, by what went wrong",
      Label.QUEUE,
      Label.CAUSE),
  /** {@code batch.requests.shed}. */
  SHED(
      "batch.requests.shed",
      Type.COUNTER,
      "attempts that the gateway answered with 429",
      Label.QUEUE),
  /** {@code batch.requests.released}. */
  RELEASED(
      "batch.requests.released",
      Type.COUNTER,
      "requests handed back to the broker, their attempt not counted",
      Label.QUEUE),
  /** {@code batch.requests.taken.back}. */
  TAKEN_BACK(
      "batch.requests.taken.back",
      Type.TIMER,
      "requests in flight that a gate wanted back, and how long their attempts had taken; also"
          + " counted as released",
      new double[0],
      Label.QUEUE),
  /** {@code batch.requests.in.flight}. */
  IN_FLIGHT(
      "batch.requests.in.flight",
      Type.GAUGE,
      "requests that the gateway works on for this process",
      Label.POOL),
  /** {@code batch.requests.limit}. */
  LIMIT("batch.requests.limit", Type.GAUGE, "the most that the pool has in flight", Label.POOL),
  /** {@code batch.requests.buffered}. */
  BUFFERED(
      "batch.requests.buffered",
      Type.GAUGE,
      "requests taken from the broker that wait for dispatch",
      Label.QUEUE),
  /** {@code batch.requests.settling}. */
  SETTLING("batch.requests.settling", Type.GAUGE, "decisions that are not stored yet"),
  /** {@code batch.queue.residence}. */
  RESIDENCE(
      "batch.queue.residence",
      Type.TIMER,
      "from submission, by the broker's clock or the message's field created, to the first attempt;"
          + " unknown where neither tells",
      Buckets.HOURS,
      Label.QUEUE),
  /** {@code batch.dispatch.latency}. */
  DISPATCH_LATENCY(
      "batch.dispatch.latency",
      Type.TIMER,
      "from receipt out of the broker to the beginning of the attempt",
      Buckets.SECONDS,
      Label.QUEUE),
  /** {@code batch.gateway.latency}. */
  GATEWAY_LATENCY(
      "batch.gateway.latency",
      Type.TIMER,
      "from the beginning of an attempt to its end, by how it ended",
      Buckets.SECONDS,
      Label.QUEUE,
      Label.OUTCOME),
  /** {@code batch.result.attempts}. */
  ATTEMPTS(
      "batch.result.attempts",
      Type.SUMMARY,
      "attempts that a result took",
      Buckets.ATTEMPTS,
      Label.QUEUE),
  /** {@code batch.deadline.margin}. */
  MARGIN(
      "batch.deadline.margin",
      Type.TIMER,
      "time left until the deadline when an answer was stored; nothing once it has passed",
      Buckets.HOURS,
      Label.QUEUE),
  /** {@code batch.deadline.missed}. */
  MISSED(
      "batch.deadline.missed",
      Type.COUNTER,
      "requests that ended with DEADLINE_EXCEEDED (expired), or whose answer was stored after the"
          + " deadline (late)",
      Label.QUEUE,
      Label.MISS),
  /** {@code batch.gateway.sent}. */
  SENT("batch.gateway.sent", Type.COUNTER, "bytes", "payloads sent to the gateway", Label.QUEUE),
  /** {@code batch.gateway.received}. */
  RECEIVED_BYTES(
      "batch.gateway.received", Type.COUNTER, "bytes", "answers of the gateway", Label.QUEUE),
  /** {@code batch.tokens}. */
  TOKENS(
      "batch.tokens",
      Type.COUNTER,
      "tokens",
      "tokens that 2xx answers declare in their usage",
      Label.QUEUE,
      Label.TOKENS),
  /** {@code batch.leases.lost}. */
  LEASES_LOST(
      "batch.leases.lost",
      Type.COUNTER,
      "requests that another process may hold by now",
      Label.QUEUE),
  /** {@code batch.dead.letters}. */
  DEAD_LETTERS(
      "batch.dead.letters",
      Type.COUNTER,
      "messages put into the dead-letter queue: without an id, or with a result that was refused"
          + " twice",
      Label.QUEUE),
  /** {@code batch.broker.failures}. */
  BROKER_FAILURES(
      "batch.broker.failures",
      Type.COUNTER,
      "calls to the broker that failed and are repeated, of whatever they hold: a batch counts once",
      Label.OPERATION),
  /** {@code batch.publish.failures}. */
  PUBLISH_FAILURES(
      "batch.publish.failures",
      Type.COUNTER,
      "results that could not be published: retried, a call that failed and is repeated; refused,"
          + " one result that the broker will never take, and that ends as RESULT_REFUSED or as a"
          + " dead letter",
      Label.PUBLISH_CAUSE),
  /** {@code batch.broker.stalled}. */
  STALLED(
      "batch.broker.stalled",
      Type.GAUGE,
      "1 while something decided can't be stored, and so nothing new is taken; else 0"),
  /** {@code batch.paused}. */
  PAUSED(
      "batch.paused",
      Type.GAUGE,
      "1 while this process takes and sends nothing new, because somebody paused it or because it"
          + " drains; else 0"),
  /** {@code batch.backlog.messages}. */
  BACKLOG(
      "batch.backlog.messages",
      Type.GAUGE,
      "messages in the broker, for all processes together; where the transport can tell",
      Label.BROKER_QUEUE,
      Label.KIND,
      Label.HOLD),
  /** {@code batch.backlog.oldest}. */
  OLDEST(
      "batch.backlog.oldest",
      Type.GAUGE,
      "seconds",
      "how long the oldest waiting message has waited; 0 if none waits; where the transport can"
          + " tell",
      Label.BROKER_QUEUE,
      Label.KIND),
  /** {@code batch.gate.budget}. */
  BUDGET(
      "batch.gate.budget",
      Type.GAUGE,
      "share of its capacity that the gate would give out now, from 0 (closed) to 1",
      Label.POOL,
      Label.GATED_QUEUE,
      Label.GATE),
  /** {@code batch.gate.decisions}. */
  DECISIONS(
      "batch.gate.decisions",
      Type.COUNTER,
      "verdicts of the gate; queue is * for a pool's gate, else the queue whose own it is",
      Label.POOL,
      Label.GATED_QUEUE,
      Label.GATE,
      Label.DECISION),
  /** {@code batch.gate.measurement}. */
  MEASUREMENT(
      "batch.gate.measurement",
      Type.GAUGE,
      "the gate's own live numbers, such as its limit and the signal behind it",
      Label.POOL,
      Label.GATED_QUEUE,
      Label.GATE,
      Label.MEASUREMENT),
  /** {@code batch.faults.survived}. */
  FAULTS(
      "batch.faults.survived",
      Type.COUNTER,
      "faults in policies, gates, strategies, transforms and listeners that were survived");

  /** What kind of meter it is. */
  public enum Type {
    /** Only grows. */
    COUNTER,
    /** Goes up and down. */
    GAUGE,
    /**
     * Durations, in seconds where that is the registry's base unit: count, sum, perhaps buckets.
     */
    TIMER,
    /** Numbers: count, sum, buckets. */
    SUMMARY
  }

  private final String meterName;
  private final Type type;
  private final @Nullable String unit;
  private final String meaning;
  private final double[] buckets;
  private final List<Label> labels;

  BatchMetric(String meterName, Type type, String meaning, Label... labels) {
    this(meterName, type, null, meaning, new double[0], labels);
  }

  BatchMetric(String meterName, Type type, String unit, String meaning, Label... labels) {
    this(meterName, type, unit, meaning, new double[0], labels);
  }

  BatchMetric(String meterName, Type type, String meaning, double[] buckets, Label... labels) {
    this(meterName, type, type == Type.TIMER ? "seconds" : null, meaning, buckets, labels);
  }

  BatchMetric(
      String meterName,
      Type type,
      @Nullable String unit,
      String meaning,
      double[] buckets,
      Label... labels) {
    this.meterName = meterName;
    this.type = type;
    this.unit = unit;
    this.meaning = meaning;
    this.buckets = buckets;
    this.labels = List.of(labels);
  }

  /** Its name in Micrometer, such as {@code batch.requests.received}. */
  public String meterName() {
    return meterName;
  }

  /** What kind of meter it is. */
  public Type type() {
    return type;
  }

  /** Its base unit; null for plain numbers. */
  public @Nullable String unit() {
    return unit;
  }

  /** What it measures, in words. */
  public String meaning() {
    return meaning;
  }

  /** The names of its labels beside {@code processor}. */
  public List<String> labels() {
    return labels.stream().map(Label::key).toList();
  }

  /** Whether it is a histogram. */
  public boolean hasBuckets() {
    return buckets.length > 0;
  }

  /** Upper bounds of the buckets of its histogram, in its unit; empty: none. */
  DoubleStream buckets() {
    return DoubleStream.of(buckets);
  }

  /** The same as durations. */
  Duration[] bucketDurations() {
    return buckets()
        .mapToObj(seconds -> Duration.ofNanos(Math.round(seconds * 1e9)))
        .toArray(Duration[]::new);
  }
}
