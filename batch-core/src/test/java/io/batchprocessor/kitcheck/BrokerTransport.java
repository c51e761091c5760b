package io.batchprocessor.kitcheck;

import io.batchprocessor.memory.MemoryTransport;
import io.batchprocessor.message.Bytes;
import io.batchprocessor.spi.Backlog;
import io.batchprocessor.spi.BacklogReporter;
import io.batchprocessor.spi.Cancellation;
import io.batchprocessor.spi.DeadLetter;
import io.batchprocessor.spi.DeadLetterQueue;
import io.batchprocessor.spi.DeadLetterReview;
import io.batchprocessor.spi.Delivery;
import io.batchprocessor.spi.Health;
import io.batchprocessor.spi.HealthCheck;
import io.batchprocessor.spi.Inspection;
import io.batchprocessor.spi.Producer;
import io.batchprocessor.spi.RequestQueue;
import io.batchprocessor.spi.Result;
import io.batchprocessor.spi.ResultQueue;
import io.batchprocessor.spi.ResultRejectedException;
import io.batchprocessor.spi.Retry;
import io.batchprocessor.spi.RetryQueue;
import io.batchprocessor.spi.Settings;
import io.batchprocessor.spi.Settlement;
import io.batchprocessor.spi.StoredDeadLetter;
import io.batchprocessor.spi.Transport;
import io.batchprocessor.spi.WaitingMessage;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * A connection to a {@link MemoryBroker}. It keeps every rule; each operation is a method of its
 * own, which a fault can replace.
 */
class BrokerTransport
    implements Transport,
        Settlement,
        BacklogReporter,
        HealthCheck,
        Cancellation,
        Producer,
        Inspection,
        DeadLetterReview {

  private static final Duration POLL = Duration.ofMillis(20);

  private final MemoryBroker broker;
  private final MemoryTransport store;
  private final List<RequestQueue> requestQueues;
  private final Retries retryQueue;
  private final ResultQueue resultQueue = results -> publish(results);
  private final DeadLetterQueue deadLetterQueue = letters -> deadLetter(letters);
  private volatile boolean closed;

  BrokerTransport(MemoryBroker broker, Settings settings) {
    this.broker = broker;
    this.store = broker.store(settings);
    List<? extends RequestQueue> stored = store.requestQueues();
    requestQueues =
        MemoryBroker.queues(settings).stream()
            .<RequestQueue>map(
                name ->
                    new Queue(stored.stream().filter(q -> q.name().equals(name)).findFirst().get()))
            .toList();
    retryQueue = new Retries(store.retryQueue());
  }

  final MemoryBroker broker() {
    return broker;
  }

  final MemoryTransport store() {
    return store;
  }

  final boolean isClosed() {
    return closed;
  }

  /** Fails if the transport is closed or the broker gone. */
  final void reach() {
    if (closed) {
      throw new IllegalStateException("the transport is closed");
    }
    broker.reach();
  }

  List<Delivery> receive(RequestQueue queue, int max, Duration maxWait)
      throws InterruptedException {
    long end = System.nanoTime() + maxWait.toNanos();
    while (true) {
      reach();
      long left = Math.max(0, end - System.nanoTime());
      List<Delivery> deliveries =
          queue.receive(max, Duration.ofNanos(Math.min(left, POLL.toNanos())));
      if (!deliveries.isEmpty() || left == 0) {
        return deliveries;
      }
    }
  }

  List<Delivery> acknowledge(RequestQueue queue, List<Delivery> deliveries) {
    reach();
    return queue.acknowledge(deliveries);
  }

  void release(RequestQueue queue, List<Delivery> deliveries) {
    reach();
    queue.release(deliveries);
  }

  List<Delivery> extend(RequestQueue queue, List<Delivery> deliveries) {
    reach();
    return queue.extend(deliveries);
  }

  List<Delivery> schedule(List<Retry> retries) {
    reach();
    return store.retryQueue().schedule(retries);
  }

  void publish(List<Result> results) {
    reach();
    refuseLarge(results);
    store.resultQueue().publish(results);
  }

  List<Delivery> deadLetter(List<DeadLetter> letters) {
    reach();
    return store.deadLetterQueue().orElseThrow().deadLetter(letters);
  }

  @Override
  public List<Delivery> settle(List<Result> results) {
    reach();
    refuseLarge(results);
    return store.settle(results);
  }

  static void refuseLarge(List<Result> results) {
    for (Result result : results) {
      if (result.message().toJson().length() > MemoryBroker.RESULT_LIMIT) {
        throw new ResultRejectedException(result, "the result is too large");
      }
    }
  }

  @Override
  public List<Backlog> backlogs() {
    reach();
    return store.backlogs();
  }

  @Override
  public Health health() {
    if (closed || broker.isDown()) {
      return new Health(false, closed ? "closed" : "the broker does not answer");
    }
    return store.health();
  }

  @Override
  public void cancel(String id) {
    reach();
    store.cancel(id);
  }

  @Override
  public Set<Delivery> cancelled(Map<Delivery, String> idsByDelivery) {
    reach();
    return store.cancelled(idsByDelivery);
  }

  @Override
  public void submit(String queue, List<Bytes> messages) {
    reach();
    store.submit(queue, messages);
  }

  @Override
  public List<Bytes> takeResults(int max, Duration maxWait) throws InterruptedException {
    reach();
    return store.takeResults(max, maxWait);
  }

  @Override
  public List<WaitingMessage> peek(String queue, int max, int maxBodyBytes) {
    reach();
    return store.peek(queue, max, maxBodyBytes);
  }

  @Override
  public List<StoredDeadLetter> deadLetters(int max, int maxBodyBytes) {
    reach();
    return store.deadLetters(max, maxBodyBytes);
  }

  @Override
  public boolean retryDeadLetter(String key) {
    reach();
    return store.retryDeadLetter(key);
  }

  @Override
  public boolean dropDeadLetter(String key) {
    reach();
    return store.dropDeadLetter(key);
  }

  @Override
  public List<? extends RequestQueue> requestQueues() {
    return requestQueues;
  }

  @Override
  public RetryQueue retryQueue() {
    return retryQueue;
  }

  @Override
  public ResultQueue resultQueue() {
    return resultQueue;
  }

  @Override
  public Optional<DeadLetterQueue> deadLetterQueue() {
    return Optional.of(deadLetterQueue);
  }

  @Override
  public void close() {
    closed = true;
  }

  private class Queue implements RequestQueue {
    private final RequestQueue stored;

    Queue(RequestQueue stored) {
      this.stored = stored;
    }

    @Override
    public String name() {
      return stored.name();
    }

    @Override
    public List<Delivery> receive(int max, Duration maxWait) throws InterruptedException {
      return BrokerTransport.this.receive(stored, max, maxWait);
    }

    @Override
    public List<Delivery> acknowledge(List<Delivery> deliveries) {
      return BrokerTransport.this.acknowledge(stored, deliveries);
    }

    @Override
    public void release(List<Delivery> deliveries) {
      BrokerTransport.this.release(stored, deliveries);
    }

    @Override
    public List<Delivery> extend(List<Delivery> deliveries) {
      return BrokerTransport.this.extend(stored, deliveries);
    }
  }

  final class Retries extends Queue implements RetryQueue {

    Retries(RequestQueue stored) {
      super(stored);
    }

    @Override
    public List<Delivery> schedule(List<Retry> retries) {
      return BrokerTransport.this.schedule(retries);
    }
  }
}
