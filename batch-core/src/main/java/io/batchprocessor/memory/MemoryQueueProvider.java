package io.batchprocessor.memory;

import io.batchprocessor.spi.QueueProvider;
import io.batchprocessor.spi.Setting;
import io.batchprocessor.spi.Settings;
import io.batchprocessor.spi.Transport;
import java.time.Duration;
import java.util.List;

/** Opens a {@link MemoryTransport} for a configuration that names {@code memory}. */
public final class MemoryQueueProvider implements QueueProvider {

  private static final Setting<List<String>> QUEUES =
      Setting.list("memory.queues", "the names of the request queues")
          .withDefault("requests")
          .where("not empty", names -> !names.isEmpty());

  private static final Setting<Integer> CAPACITY =
      atLeastOne("memory.capacity", "how many messages may wait in each request queue", "10000");

  private static final Setting<Duration> LEASE =
      Setting.duration("memory.lease", "how long a delivery is ours before another may have it")
          .withDefault("60s")
          .where("> 0", lease -> !lease.isZero());

  private static final Setting<Integer> RESULT_CAPACITY =
      atLeastOne("memory.result-capacity", "how many results may wait to be taken", "100000");

  private static final Setting<Integer> DEAD_LETTER_CAPACITY =
      atLeastOne(
          "memory.dead-letter-capacity",
          "how many dead letters are kept before the oldest is given up",
          "10000");

  /** For {@link java.util.ServiceLoader}. */
  public MemoryQueueProvider() {}

  @Override
  public String id() {
    return "memory";
  }

  @Override
  public List<Setting<?>> settings() {
    return List.of(QUEUES, CAPACITY, LEASE, RESULT_CAPACITY, DEAD_LETTER_CAPACITY);
  }

  @Override
  public Transport open(Settings settings) {
    return MemoryTransport.builder()
        .queues(settings.queues().isEmpty() ? settings.get(QUEUES) : settings.queues())
        .capacity(settings.get(CAPACITY))
        .lease(settings.get(LEASE))
        .resultCapacity(settings.get(RESULT_CAPACITY))
        .deadLetterCapacity(settings.get(DEAD_LETTER_CAPACITY))
        .build();
  }

  private static Setting<Integer> atLeastOne(String key, String description, String byDefault) {
    return Setting.integer(key, description)
        .withDefault(byDefault)
        .where("≥ 1", value -> value >= 1);
  }
}
