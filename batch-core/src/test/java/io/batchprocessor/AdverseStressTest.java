package io.batchprocessor;

import static org.assertj.core.api.Assertions.assertThat;

import io.batchprocessor.memory.MemoryTransport;
import io.batchprocessor.message.Bytes;
import io.batchprocessor.message.ErrorCode;
import io.batchprocessor.message.ResultMessage;
import io.batchprocessor.spi.InferenceResponse;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ForkJoinPool;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Everything goes wrong at once; each request still has one result. */
class AdverseStressTest extends EngineBench {

  private static final int REQUESTS = 5_000;

  private CompletableFuture<InferenceResponse> anything() {
    ThreadLocalRandom random = ThreadLocalRandom.current();
    int dice = random.nextInt(100);
    if (dice < 2) {
      return new CompletableFuture<>(); // hangs until it times out
    } else if (dice < 4) {
      throw new IllegalStateException("client is broken");
    } else if (dice < 5) {
      return null;
    } else if (dice < 40) {
      return FakeGateway.answer(200, "{}"); // before send returns
    }
    CompletableFuture<InferenceResponse> future = new CompletableFuture<>();
    Runnable end =
        () -> {
          if (dice < 75) {
            future.complete(FakeGateway.response(200, "{}"));
          } else if (dice < 85) {
            future.complete(FakeGateway.response(429, "{}"));
          } else if (dice < 92) {
            future.complete(FakeGateway.response(500, "{}"));
          } else {
            future.completeExceptionally(new IOException("reset"));
          }
        };
    CompletableFuture.delayedExecutor(
            random.nextInt(20), TimeUnit.MILLISECONDS, ForkJoinPool.commonPool())
        .execute(end);
    return future;
  }

  /** Two processes on one broker, with leases that run out; one of them dies again and again. */
  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void each_request_has_one_result_whatever_happens(boolean quickLeases) throws Exception {
    long seed = System.nanoTime();
    System.out.println("AdverseStressTest: seed " + seed);
    Random random = new Random(seed);
    MemoryTransport broker =
        opened(
            MemoryTransport.builder()
                .queues("a", "b", "c")
                .lease(quickLeases ? Duration.ofMillis(120) : Duration.ofSeconds(30))
                .build());
    gateway.answering(request -> anything());
    for (String queue : List.of("a", "b", "c")) {
      broker.submit(
          queue,
          IntStream.range(0, REQUESTS / 3)
              .mapToObj(i -> Samples.request(queue + i, Duration.ofMinutes(10)).toJson())
              .toList());
    }
    BatchProcessor steady = start(broker, AdverseStressTest::asInStress);
    Map<String, Integer> results = new HashMap<>();

    BatchProcessor replaced = start(broker, AdverseStressTest::asInStress);
    int replacements = 0;
    while (results.size() < REQUESTS / 3 * 3) {
      List<Bytes> some = broker.takeResults(1 + random.nextInt(400), PATIENCE);
      assertThat(some)
          .as("results after %d, %s, %s", results.size(), steady.stats(), broker.backlogs())
          .isNotEmpty();
      for (Bytes json : some) {
        ResultMessage result = ResultMessage.parse(json);
        results.merge(result.id(), 1, Integer::sum);
        assertThat(result.isSuccess() || result.errorCode().equals(ABANDONED))
            .as("%s: %s", result, result.error())
            .isTrue();
      }
      if (random.nextInt(4) == 0) {
        replaced.close(Duration.ofMillis(random.nextInt(30)));
        replaced = start(broker, AdverseStressTest::asInStress);
        replacements++;
      }
    }

    assertThat(results.values()).containsOnly(1);
    eventually()
        .untilAsserted(
            () -> assertThat(broker.backlogs()).allMatch(b -> b.waiting() + b.leased() == 0));
    assertThat(broker.takeResults(1, Duration.ZERO)).isEmpty();
    assertThat(replacements).isPositive();
  }

  private static final Optional<ErrorCode> ABANDONED = Optional.of(ErrorCode.ABANDONED);

  private static BatchProcessorBuilder asInStress(BatchProcessorBuilder builder) {
    return builder
        .concurrency(64)
        .pool(PoolConfig.of("c", 8))
        .queue(QueueConfig.of("a").withOrder(QueueOrder.BY_ARRIVAL.fairBy("tenant").byPrefix(2)))
        .queue(QueueConfig.of("c").withPool("c"))
        .requestTimeout(Duration.ofMillis(250))
        .setting("max-deliveries", "1000")
        .backoff(context -> Duration.ofMillis(ThreadLocalRandom.current().nextInt(20)));
  }

  @Test
  void the_counts_add_up() {
    gateway.answering(request -> anything());
    BatchProcessor processor = start(AdverseStressTest::asInQuiet);
    List<CompletableFuture<ResultMessage>> submitted = new ArrayList<>();
    for (int i = 0; i < 1_000; i++) {
      submitted.add(queues.submit(Samples.request("r-" + i)));
    }
    for (int i = 0; i < 1_000; i += 50) {
      processor.cancel("r-" + i);
    }
    resultsOf(submitted);
    processor.close(Duration.ofSeconds(10));

    Stats stats = processor.stats();
    assertThat(stats.finished()).isEqualTo(1_000);
    assertThat(stats.succeeded() + stats.errors(ErrorCode.CANCELLED)).isEqualTo(1_000);
    assertThat(stats.received()).isEqualTo(1_000 + stats.retried() + stats.released());
    assertThat(stats.waitingForRetry()).isZero();
    assertThat(stats.inFlight() + stats.settling()).isZero();
    assertThat(stats.leasesLost() + stats.deadLettered() + stats.brokerFailures()).isZero();
    assertThat(count("received")).isEqualTo(stats.received());
    assertThat(count("dispatched")).isEqualTo(stats.dispatched());
    assertThat(recorder.events().stream().filter(e -> e.startsWith("attempted:")).count())
        .isEqualTo(stats.dispatched());
    assertThat(count("attempted:SHED")).isEqualTo(stats.shed());
    assertThat(count("retryScheduled")).isEqualTo(stats.retried());
    assertThat(count("released")).isEqualTo(stats.released());
    assertThat(recorder.wrongMdc()).isEmpty();
  }

  private static BatchProcessorBuilder asInQuiet(BatchProcessorBuilder builder) {
    return builder.concurrency(64).requestTimeout(Duration.ofMillis(250));
  }

  private long count(String event) {
    return recorder.events().stream().filter(each -> each.startsWith(event + " ")).count();
  }
}
