package io.batchprocessor;

import io.batchprocessor.spi.Delivery;
import io.batchprocessor.spi.RetryQueue;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.DoubleSupplier;
import java.util.function.LongSupplier;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Lets what is due for another attempt into the buffer of the queue that it came from. The retry
 * queue serves all pools: what is due for a pool that has no room is put off, so that it does not
 * stand in the way of the others. For a second at the most, and not all for equally long: what is
 * put off together would come back together, find room for a few, and leave the pool idle in
 * between.
 */
final class RetrySluice implements Intake.Sluice {

  private static final long MIN_PUT_OFF_NANOS = Duration.ofMillis(50).toNanos();
  private static final long MAX_PUT_OFF_NANOS = Duration.ofSeconds(1).toNanos();

  private final RetryQueue queue;
  private final List<WorkerPool> pools;
  private final Map<String, QueueBuffer> buffers;
  private final Map<QueueBuffer, WorkerPool> poolOf;
  private final HeldMessages held;
  private final Consumer<Outcome> settle;
  private final Counters counters;
  private final Doorbell dispatcher;
  private final LongSupplier ticker;
  private final DoubleSupplier random;
  private final LogThrottle unknownQueue;

  /** How many of the batch at hand go to each buffer: they are put there only at its end. */
  private final Map<QueueBuffer, Integer> claims = new HashMap<>();

  RetrySluice(
      RetryQueue queue,
      List<WorkerPool> pools,
      HeldMessages held,
      Consumer<Outcome> settle,
      Counters counters,
      Doorbell dispatcher,
      EngineConfig config) {
    this.queue = queue;
    this.pools = pools;
    this.held = held;
    this.settle = settle;
    this.counters = counters;
    this.dispatcher = dispatcher;
    this.ticker = config.ticker();
    this.random = config.random();
    this.unknownQueue = new LogThrottle(ticker);
    this.poolOf =
        pools.stream()
            .flatMap(pool -> pool.buffers().stream().map(buffer -> Map.entry(buffer, pool)))
            .collect(Collectors.toMap(Map.Entry::getKey, Map.Entry::getValue));
    this.buffers =
        poolOf.keySet().stream().collect(Collectors.toMap(QueueBuffer::name, buffer -> buffer));
  }

  @Override
  public int demand() {
    claims.clear();
    int most = 0;
    for (WorkerPool pool : pools) {
      for (QueueBuffer buffer : pool.buffers()) {
        Lane retries = buffer.retries();
        if (retries.isHalfEmpty() && buffer.gate().isOpen()) {
          most = Math.max(most, retries.room());
        }
      }
    }
    return most;
  }

  @Override
  public @Nullable QueueBuffer bufferOf(Delivery delivery) {
    counters.retriesReceived.increment();
    QueueBuffer buffer = buffers.get(delivery.queue());
    if (buffer == null && unknownQueue.permits()) {
      Engine.LOG.warn(
          "a retry belongs to queue '{}', which this processor does not serve; put off for a"
              + " processor that does. Served here: {}",
          delivery.queue(),
          buffers.keySet());
    }
    if (buffer == null || claims.merge(buffer, 1, Integer::sum) > buffer.retries().room()) {
      putOff(delivery);
      return null;
    }
    return buffer;
  }

  private void putOff(Delivery delivery) {
    HeldMessage message = new HeldMessage(delivery, queue, ticker.getAsLong());
    held.add(message);
    long nanos =
        MIN_PUT_OFF_NANOS + (long) ((MAX_PUT_OFF_NANOS - MIN_PUT_OFF_NANOS) * random.getAsDouble());
    settle.accept(
        new Outcome.Retried(message, null, ticker.getAsLong() + nanos, delivery.attempt()));
  }

  @Override
  public void put(HeldRequest request) {
    request.buffer().retries().add(request);
  }

  @Override
  public void putAll() {
    dispatcher.ring();
  }
}
