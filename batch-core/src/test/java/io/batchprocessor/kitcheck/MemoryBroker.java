package io.batchprocessor.kitcheck;

import io.batchprocessor.memory.MemoryTransport;
import io.batchprocessor.spi.QueueProvider;
import io.batchprocessor.spi.Setting;
import io.batchprocessor.spi.Settings;
import io.batchprocessor.spi.Transport;
import io.batchprocessor.testkit.AdapterUnderTest;
import io.batchprocessor.testkit.Broker;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.List;
import java.util.function.BiFunction;

/**
 * The in-memory queues as a broker: transports come and go, and it can be killed. It forgets
 * nothing: what the queues hold stands for what a real one has on its disk.
 */
class MemoryBroker implements QueueProvider, Broker {

  static final Setting<List<String>> QUEUES =
      Setting.list("broker.queues", "the names of the request queues").withDefault("requests");

  static final Setting<Duration> LEASE =
      Setting.duration("broker.lease", "how long a delivery is ours").withDefault("60s");

  /** The largest result that it takes, in bytes. */
  static final int RESULT_LIMIT = 100_000;

  private final BiFunction<MemoryBroker, Settings, BrokerTransport> opener;
  private MemoryTransport store;
  private volatile boolean down;

  /** A broker whose transports are made by {@code opener}. */
  MemoryBroker(BiFunction<MemoryBroker, Settings, BrokerTransport> opener) {
    this.opener = opener;
  }

  /** The adapter to this broker. */
  AdapterUnderTest.Builder adapter() {
    return AdapterUnderTest.of(this)
        .queues(QUEUES.key(), AdapterUnderTest.fresh("a"), AdapterUnderTest.fresh("b"))
        .shortLease(LEASE.key(), Duration.ofSeconds(1))
        .resultLimit(RESULT_LIMIT)
        .deadLetters(transport -> ((BrokerTransport) transport).store().takeDeadLetters(100))
        .broker(this);
  }

  @Override
  public String id() {
    return "memory-broker";
  }

  @Override
  public List<Setting<?>> settings() {
    return List.of(QUEUES, LEASE);
  }

  @Override
  public Transport open(Settings settings) {
    reach();
    return opener.apply(this, settings);
  }

  @Override
  public void kill() {
    down = true;
  }

  @Override
  public void start() {
    down = false;
  }

  boolean isDown() {
    return down;
  }

  /** Fails if it is not running. */
  void reach() {
    if (down) {
      throw new UncheckedIOException(
          new IOException("the broker does not answer: start it and try again"));
    }
  }

  /** What it has on its disk. */
  synchronized MemoryTransport store(Settings settings) {
    if (store == null) {
      store = MemoryTransport.builder().queues(queues(settings)).lease(lease(settings)).build();
    }
    return store;
  }

  /** How long a lease lasts at the broker. */
  Duration lease(Settings settings) {
    return settings.get(LEASE);
  }

  static List<String> queues(Settings settings) {
    return settings.queues().isEmpty() ? settings.get(QUEUES) : settings.queues();
  }
}
