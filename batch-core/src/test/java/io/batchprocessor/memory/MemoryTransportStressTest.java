package io.batchprocessor.memory;

import static io.batchprocessor.memory.Samples.request;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.batchprocessor.message.Bytes;
import io.batchprocessor.message.RequestMessage;
import io.batchprocessor.message.ResultMessage;
import io.batchprocessor.spi.Delivery;
import io.batchprocessor.spi.RequestQueue;
import io.batchprocessor.spi.Result;
import io.batchprocessor.spi.Retry;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorCompletionService;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * Producers and consumers do everything at once; in the end each message has one result. The
 * consumers move the ticker themselves: leases run out under those who still hold them.
 */
@Timeout(value = 2, unit = TimeUnit.MINUTES)
class MemoryTransportStressTest {

  private static final int PRODUCERS = 2;
  private static final int CONSUMERS = 4;
  private static final int PER_PRODUCER = 10_000;
  private static final int MESSAGES = PRODUCERS * PER_PRODUCER;
  private static final int CAPACITY = 500;
  private static final Duration LEASE = Duration.ofSeconds(10);

  private final ManualTicker ticker = new ManualTicker();
  private final MemoryTransport transport =
      MemoryTransport.builder()
          .queues("a", "b")
          .capacity(CAPACITY)
          .resultCapacity(100)
          .lease(LEASE)
          .ticker(ticker)
          .build();
  private final List<RequestQueue> queues =
      List.of(
          transport.requestQueues().get(0),
          transport.requestQueues().get(1),
          transport.retryQueue());

  /** How many results have been seen, in all and by message, and the attempt each one tells. */
  private final AtomicInteger answered = new AtomicInteger();

  private final AtomicIntegerArray answers = new AtomicIntegerArray(MESSAGES);
  private final AtomicIntegerArray answeredAttempt = new AtomicIntegerArray(MESSAGES);

  /** How often each message was scheduled again. */
  private final AtomicIntegerArray scheduled = new AtomicIntegerArray(MESSAGES);

  @Test
  void each_message_has_one_result_whatever_happened_to_its_deliveries() throws Exception {
    ExecutorService threads = Executors.newCachedThreadPool();
    try {
      ExecutorCompletionService<String> running = new ExecutorCompletionService<>(threads);
      for (int i = 0; i < PRODUCERS; i++) {
        running.submit(producer(i * PER_PRODUCER));
      }
      for (int i = 0; i < CONSUMERS; i++) {
        running.submit(consumer(new Random(i)));
      }
      running.submit(this::takeResults);
      for (int i = 0; i < PRODUCERS + CONSUMERS + 1; i++) {
        running.take().get();
      }
    } finally {
      threads.shutdownNow();
    }

    assertThat(IntStream.range(0, MESSAGES).filter(i -> answers.get(i) != 1)).isEmpty();
    assertThat(
            IntStream.range(0, MESSAGES)
                .filter(i -> answeredAttempt.get(i) != 1 + scheduled.get(i)))
        .isEmpty();
    assertThat(transport.backlogs())
        .allMatch(backlog -> backlog.waiting() == 0 && backlog.leased() == 0);
    // Every place was given back, and once.
    for (int i = 0; i < CAPACITY; i++) {
      assertThat(transport.submit(request("after"))).isNotDone();
    }
    assertThatExceptionOfType(QueueFullException.class)
        .isThrownBy(() -> transport.submit(request("one more")));
    transport.close();
  }

  /** Half of the messages as bytes, half with a future; the id of each is its number. */
  private Callable<String> producer(int from) {
    return () -> {
      for (int i = from; i < from + PER_PRODUCER; i++) {
        String queue = i % 3 == 0 ? "b" : "a";
        RequestMessage request = request(String.valueOf(i));
        if (i % 2 == 0) {
          transport.submit(queue, List.of(request.toJson()));
        } else {
          int number = i;
          var unused =
              submitWhenThereIsRoom(queue, request).thenAccept(result -> count(number, result));
        }
      }
      return "produced";
    };
  }

  private CompletableFuture<ResultMessage> submitWhenThereIsRoom(
      String queue, RequestMessage request) throws InterruptedException {
    while (true) {
      try {
        return transport.submit(queue, request);
      } catch (QueueFullException e) {
        pauseUnlessInterrupted();
      }
    }
  }

  private Callable<String> consumer(Random random) {
    return () -> {
      while (answered.get() < MESSAGES) {
        RequestQueue queue = queues.get(random.nextInt(queues.size()));
        List<Delivery> deliveries =
            queue.receive(1 + random.nextInt(20), Duration.ofNanos(random.nextInt(50_000)));
        ticker.advance(LEASE.dividedBy(50));
        if (!deliveries.isEmpty()) {
          handle(queue, deliveries, random);
        }
      }
      return "consumed";
    };
  }

  private void handle(RequestQueue queue, List<Delivery> deliveries, Random random)
      throws InterruptedException {
    switch (random.nextInt(20)) {
      case 0, 1 -> queue.release(deliveries);
      case 2, 3 -> schedule(deliveries, Duration.ZERO);
      case 4, 5 -> schedule(deliveries, Duration.ofSeconds(random.nextInt(20)));
      case 6 -> ticker.advance(LEASE); // theirs and those of all others
      case 7 -> {
        queue.extend(deliveries);
        settle(deliveries);
        assertThat(queue.acknowledge(deliveries)).isEqualTo(deliveries);
      }
      default -> settle(deliveries);
    }
  }

  private void schedule(List<Delivery> deliveries, Duration delay) {
    List<Delivery> lost =
        transport
            .retryQueue()
            .schedule(
                deliveries.stream()
                    .map(delivery -> new Retry(delivery, delay, delivery.attempt() + 1))
                    .toList());
    HashSet<Delivery> done = new HashSet<>(deliveries);
    lost.forEach(done::remove);
    done.forEach(delivery -> scheduled.incrementAndGet(Integer.parseInt(id(delivery))));
  }

  private void settle(List<Delivery> deliveries) throws InterruptedException {
    List<Result> batch =
        deliveries.stream()
            .map(
                delivery ->
                    new Result(
                        delivery,
                        ResultMessage.builder(id(delivery))
                            .answer(200, Bytes.utf8("{}"))
                            .attempts(delivery.attempt())
                            .build()))
            .toList();
    while (true) {
      try {
        transport.settle(batch);
        return;
      } catch (QueueFullException e) {
        pauseUnlessInterrupted();
      }
    }
  }

  private String takeResults() throws InterruptedException {
    while (answered.get() < MESSAGES) {
      for (Bytes json : transport.takeResults(50, Duration.ofMillis(1))) {
        ResultMessage result = ResultMessage.parse(json);
        count(Integer.parseInt(result.id()), result);
      }
    }
    return "taken";
  }

  /** A result under another message's number, or a second one, shows as a count that isn't 1. */
  private void count(int number, ResultMessage result) {
    answers.addAndGet(number, result.id().equals(String.valueOf(number)) ? 1 : 1_000);
    answeredAttempt.set(number, result.attempts());
    answered.incrementAndGet();
  }

  private static String id(Delivery delivery) {
    return RequestMessage.parse(delivery.body(), 10_000).id();
  }

  private static void pauseUnlessInterrupted() throws InterruptedException {
    if (Thread.interrupted()) {
      throw new InterruptedException();
    }
    LockSupport.parkNanos(20_000);
  }
}
