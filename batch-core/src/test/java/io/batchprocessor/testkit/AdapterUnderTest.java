package io.batchprocessor.testkit;

import io.batchprocessor.message.Bytes;
import io.batchprocessor.spi.DeadLetter;
import io.batchprocessor.spi.QueueProvider;
import io.batchprocessor.spi.Settings;
import io.batchprocessor.spi.Transport;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.UUID;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * What the kit has to know of an adapter. Only the provider and the queues are required; whatever
 * else is left out skips the rules that need it, and the report says so.
 *
 * {@snippet :
 * AdapterUnderTest.of("redis-streams")
 *     .setting("redis.url", server.url())
 *     .setting("redis.retry-queue-name", AdapterUnderTest.fresh("retry"))
 *     .setting("redis.result-queue-name", AdapterUnderTest.fresh("results"))
 *     .queues("redis.request-queue-name", AdapterUnderTest.fresh("a"), AdapterUnderTest.fresh("b"))
 *     .shortLease("redis.lease", Duration.ofSeconds(1))
 *     .broker(server)
 *     .build();
 * }
 */
public final class AdapterUnderTest {

  private final Builder builder;

  private AdapterUnderTest(Builder builder) {
    this.builder = builder;
  }

  /** The adapter whose provider has this id, looked up as in production. */
  public static Builder of(String providerId) {
    return new Builder(LoadedProviders.get(QueueProvider.class, providerId));
  }

  /** The adapter of a provider that {@link java.util.ServiceLoader} does not know. */
  public static Builder of(QueueProvider provider) {
    return new Builder(provider);
  }

  /** A name that nobody has used: {@code name} and a random part. */
  public static String fresh(String name) {
    return name + "-" + UUID.randomUUID().toString().substring(0, 13);
  }

  QueueProvider provider() {
    return builder.provider;
  }

  String name() {
    return builder.name;
  }

  /** The names of the request queues: two, or one. */
  List<String> queues() {
    return builder.queues;
  }

  /** The settings with the queues where the provider's own setting names them. */
  Settings settings(boolean shortLease) {
    Map<String, String> values = values(shortLease);
    values.put(builder.queuesKey, String.join(",", builder.queues));
    return Settings.of(provider().settings(), values);
  }

  /** The settings with the queues where a configuration's {@code queues} array names them. */
  Settings settingsWithQueues(List<String> names) {
    return Settings.of(provider().settings(), values(false)).withQueues(names);
  }

  private Map<String, String> values(boolean shortLease) {
    Map<String, String> values = new HashMap<>(builder.settings);
    if (shortLease) {
      values.put(Objects.requireNonNull(builder.leaseKey), builder.shortLease.toMillis() + "ms");
    }
    return values;
  }

  boolean hasLeases() {
    return builder.leaseKey != null;
  }

  Duration shortLease() {
    return builder.shortLease;
  }

  boolean tellsLostLeases() {
    return builder.tellsLostLeases;
  }

  /** Why its queues end with the transport; null if they outlive it. */
  @Nullable String ephemeral() {
    return builder.ephemeral;
  }

  @Nullable Broker broker() {
    return builder.broker;
  }

  /** The largest result that it stores, in bytes; 0 if it names no limit. */
  int resultLimit() {
    return builder.resultLimit;
  }

  /** Why a rule is not for this adapter; null if it is. */
  @Nullable String exemption(int rule) {
    return builder.exemptions.get(rule);
  }

  Duration patience() {
    return builder.patience;
  }

  @Nullable Submitter submitter() {
    return builder.submitter;
  }

  @Nullable ResultReader results() {
    return builder.results;
  }

  @Nullable Function<Transport, List<DeadLetter>> deadLetters() {
    return builder.deadLetters;
  }

  /** Submits messages as the broker's own client would. */
  @FunctionalInterface
  public interface Submitter {

    /** Returns when the messages are stored. */
    void submit(String queue, List<Bytes> messages);
  }

  /** Takes results out of the result queue as the broker's own client would. */
  @FunctionalInterface
  public interface ResultReader {

    /** Takes what is there, each result once; waits for the first, but not longer than told. */
    List<Bytes> take(Duration maxWait) throws InterruptedException;
  }

  /** Builds an {@link AdapterUnderTest}. */
  public static final class Builder {
    private final QueueProvider provider;
    private final Map<String, String> settings = new HashMap<>();
    private final Map<Integer, String> exemptions = new TreeMap<>();
    private String name;
    private String queuesKey = "";
    private List<String> queues = List.of();
    private @Nullable String leaseKey;
    private Duration shortLease = Duration.ZERO;
    private boolean tellsLostLeases = true;
    private @Nullable String ephemeral;
    private @Nullable Broker broker;
    private int resultLimit;
    private Duration patience = Duration.ofSeconds(30);
    private @Nullable Submitter submitter;
    private @Nullable ResultReader results;
    private @Nullable Function<Transport, List<DeadLetter>> deadLetters;

    private Builder(QueueProvider provider) {
      this.provider = provider;
      this.name = provider.id();
    }

    /** What the report calls it; default the provider's id. */
    public Builder name(String name) {
      this.name = Objects.requireNonNull(name, "name");
      return this;
    }

    /** A setting of the provider. */
    public Builder setting(String key, String value) {
      settings.put(key, value);
      return this;
    }

    /**
     * Two request queues that are empty and that no other test uses.
     *
     * @param key the provider's own setting that names request queues, separated by commas
     */
    public Builder queues(String key, String first, String second) {
      queuesKey = Objects.requireNonNull(key, "key");
      queues = List.of(first, second);
      return this;
    }

    /**
     * The one request queue of an adapter that can have no more: what rules say about a second one
     * is not tested, and the report says so.
     *
     * @param key the provider's own setting that names the queue
     */
    public Builder queue(String key, String name) {
      queuesKey = Objects.requireNonNull(key, "key");
      queues = List.of(name);
      return this;
    }

    /**
     * How the lease is set, and a short one to wait for: about a second, or what the broker takes
     * at the least. Rules that need no lease to run out use the provider's default, which should be
     * longer than {@link #patience}. Left out by an adapter whose deliveries have no lease.
     */
    public Builder shortLease(String key, Duration lease) {
      leaseKey = Objects.requireNonNull(key, "key");
      shortLease = Objects.requireNonNull(lease, "lease");
      return this;
    }

    /**
     * The broker can't tell whether a lease is lost, so that nobody is told (rules 208 and 306).
     */
    public Builder cannotTellLostLeases() {
      tellsLostLeases = false;
      return this;
    }

    /**
     * Its queues end with the transport, or are not shared between transports; rules about a second
     * process are skipped.
     */
    public Builder ephemeral(String reason) {
      ephemeral = Objects.requireNonNull(reason, "reason");
      return this;
    }

    /** The broker, if a test may kill it; it must be durable. */
    public Builder broker(Broker broker) {
      this.broker = Objects.requireNonNull(broker, "broker");
      return this;
    }

    /** The size in bytes above which a result is refused for good (rules 404 and 615). */
    public Builder resultLimit(int bytes) {
      resultLimit = bytes;
      return this;
    }

    /**
     * A rule that the adapter documents to keep differently; it is skipped, and the report gives
     * the reason.
     */
    public Builder exempt(int rule, String reason) {
      exemptions.put(rule, Objects.requireNonNull(reason, "reason"));
      return this;
    }

    /** How long to wait for what has to happen sometime; default 30 seconds. */
    public Builder patience(Duration patience) {
      this.patience = Objects.requireNonNull(patience, "patience");
      return this;
    }

    /** How to submit where the transport is no {@link io.batchprocessor.spi.Producer}. */
    public Builder submitter(Submitter submitter) {
      this.submitter = Objects.requireNonNull(submitter, "submitter");
      return this;
    }

    /** How to read results where the transport is no {@link io.batchprocessor.spi.Producer}. */
    public Builder results(ResultReader results) {
      this.results = Objects.requireNonNull(results, "results");
      return this;
    }

    /**
     * How to read what was dead-lettered: body, reason and origin, as deliveries that need no
     * receipt.
     */
    public Builder deadLetters(Function<Transport, List<DeadLetter>> reader) {
      this.deadLetters = Objects.requireNonNull(reader, "reader");
      return this;
    }

    /**
     * The adapter.
     *
     * @throws IllegalArgumentException if it has no queues
     */
    public AdapterUnderTest build() {
      if (queues.isEmpty()) {
        throw new IllegalArgumentException(
            "queues must be named: see queues(key, first, second), and queue(key, name)");
      }
      return new AdapterUnderTest(this);
    }
  }
}
