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
 * stand in the way of the others; so is what nobody here serves. For longer while there is no room,
 * but not beyond half of what is left to its deadline, and not all for equally long: what is put
 * off together would come back together, find room for a few, and leave the pool idle in between.
 */
final class RetrySluice implements Intake.Sluice {

  private static final long MIN_PUT_OFF_NANOS = Duration.ofMillis(50).toNanos();

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
  private final Admission admission;
  private final LogThrottle unknownQueue;
  private final Map<QueueBuffer, Stay> stays = new HashMap<>();
  private final Stay ofUnknown = Stay.forOthers();

  /** How many of the batch at hand go to each buffer: they are put there only at its end. */
  private final Map<QueueBuffer, Integer> claims = new HashMap<>();

  RetrySluice(
      RetryQueue queue,
      List<WorkerPool> pools,
      Admission admission,
      HeldMessages held,
      Consumer<Outcome> settle,
      Counters counters,
      Doorbell dispatcher,
      EngineConfig config) {
    this.queue = queue;
    this.pools = pools;
    this.admission = admission;
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
        if (!retries.isHalfEmpty()) {
          continue;
        }
        stayOf(buffer).end();
        if (buffer.gate().isOpen()) {
          most = Math.max(most, retries.room());
        }
      }
    }
    return most;
  }

  @Override
  public @Nullable QueueBuffer bufferOf(Delivery delivery, long askedNanos) {
    counters.retriesReceived.increment();
    QueueBuffer buffer = buffers.get(delivery.queue());
    if (buffer == null && unknownQueue.permits()) {
      Engine.LOG.warn(
          "a retry belongs to queue '{}', which this processor does not serve; put off for a"
              + " processor that does. Served here: {}",
          delivery.queue(),
          buffers.keySet());
    }
    if (buffer != null && claims.merge(buffer, 1, Integer::sum) <= buffer.retries().room()) {
      return buffer;
    }
    long leftNanos = admission.leftNanos(delivery);
    if (leftNanos > 0) {
      HeldMessage message = new HeldMessage(delivery, queue, askedNanos);
      held.add(message);
      putOff(message, buffer == null ? ofUnknown : stayOf(buffer), leftNanos);
      return null;
    }
    if (buffer == null) {
      admission.end(delivery, queue, askedNanos);
    }
    // It ends on admission, and needs no room.
    return buffer;
  }

  private Stay stayOf(QueueBuffer buffer) {
    return stays.computeIfAbsent(buffer, key -> Stay.untilThereIsRoom());
  }

  private void putOff(HeldMessage message, Stay stay, long leftNanos) {
    long now = ticker.getAsLong();
    long most = Math.max(MIN_PUT_OFF_NANOS, Math.min(stay.nanos(now), leftNanos / 2));
    long nanos = MIN_PUT_OFF_NANOS + (long) ((most - MIN_PUT_OFF_NANOS) * random.getAsDouble());
    settle.accept(
        new Outcome.Retried(
            message, null, now + Math.min(nanos, leftNanos), message.delivery().attempt()));
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
