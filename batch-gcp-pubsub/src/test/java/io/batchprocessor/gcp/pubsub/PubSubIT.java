package io.batchprocessor.gcp.pubsub;

import static io.batchprocessor.gcp.pubsub.Emulator.deadLetters;
import static io.batchprocessor.gcp.pubsub.Emulator.plain;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.pubsub.v1.PubsubMessage;
import io.batchprocessor.BatchProcessor;
import io.batchprocessor.message.Bytes;
import io.batchprocessor.message.ResultMessage;
import io.batchprocessor.spi.Delivery;
import io.batchprocessor.spi.DispatchGate;
import io.batchprocessor.spi.InvalidSettingsException;
import io.batchprocessor.spi.Permit;
import io.batchprocessor.spi.RequestQueue;
import io.batchprocessor.spi.RequestView;
import io.batchprocessor.spi.Retry;
import io.batchprocessor.spi.Settings;
import io.batchprocessor.spi.Verdict;
import io.batchprocessor.testkit.AdapterUnderTest;
import io.batchprocessor.testkit.SheddingGateway;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.stream.IntStream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What is particular to Pub/Sub, on the emulator. */
@Execution(ExecutionMode.CONCURRENT)
class PubSubIT {

  @Test
  void poison_goes_to_the_dead_letter_topic_with_its_reason_and_counts() throws Exception {
    try (SheddingGateway gateway = new SheddingGateway(0, Duration.ZERO);
        Deployment deployment = new Deployment()) {
      deployment.submit(
          List.of(
              Deployment.message("no JSON").putAttributes("origin", "test").build(),
              Deployment.message("{\"payload\": {}}").build(),
              Deployment.message("{\"id\": \"known\", \"payload\": {}}").build(),
              Deployment.request("good").build()));
      deployment.process(gateway, 2);
      Map<String, PubsubMessage> letters = new HashMap<>();
      await(
          () -> {
            deployment
                .deadLetters()
                .forEach(letter -> letters.put(letter.getData().toStringUtf8(), letter));
            return letters.size() == 2 && deployment.results().size() == 2;
          });
      PubsubMessage letter = letters.get("no JSON");
      assertThat(letter.getAttributesMap())
          .containsEntry("queue", deployment.requests())
          .containsEntry("attempt", "1")
          .containsEntry("delivery-count", "1")
          .containsEntry("origin", "test")
          .containsKeys("reason", "request-published", "request-message-id");
      assertThat(letter.getAttributesOrThrow("reason")).isNotBlank();
      // Whose id can be read has a result, not a dead letter.
      assertThat(deployment.resultIds()).containsExactlyInAnyOrder("known", "good");
      PubsubMessage refused =
          deployment.results().stream()
              .filter(result -> result.getAttributesOrThrow("id").equals("known"))
              .findFirst()
              .orElseThrow();
      assertThat(refused.getAttributesMap())
          .containsEntry("error", "INVALID_REQUEST")
          .containsEntry("attempt", "0")
          .doesNotContainKey("status");
    }
  }

  @Test
  void a_dead_letter_tells_how_often_it_was_delivered() throws Exception {
    String dead = AdapterUnderTest.fresh("broker-dead");
    try (Deployment deployment = new Deployment("pubsub.lease=1s")) {
      Emulator emulator = deployment.emulator();
      String counted = AdapterUnderTest.fresh("counted");
      emulator.createTopic(dead);
      emulator.createTopic(counted);
      emulator.create(plain(counted, counted).setDeadLetterPolicy(deadLetters(dead)));
      deployment.set("pubsub.request-subscriber-id", counted);
      emulator.publish(counted, List.of(Deployment.message("no JSON").build()));
      RequestQueue queue = Deployment.queue(deployment.open());
      await(() -> queue.receive(1, Duration.ofMillis(100)).size() == 1);
      // Its lease runs out: another process is given it.
      try (SheddingGateway gateway = new SheddingGateway(0, Duration.ZERO)) {
        deployment.process(gateway, 1);
        await(
            () ->
                deployment.deadLetters().stream()
                    .anyMatch(letter -> letter.getAttributesOrThrow("delivery-count").equals("2")));
      }
    }
  }

  @ParameterizedTest
  @EnumSource
  void a_closed_gate_leaves_the_messages_with_the_broker_and_another_replica_has_them(
      Pulls.Kind pull) throws Exception {
    try (SheddingGateway gateway = new SheddingGateway(0, Duration.ZERO);
        Deployment deployment = new Deployment().pulling(pull)) {
      Switch gate = new Switch();
      BatchProcessor closed = deployment.process(gateway, 8, builder -> builder.gate(() -> gate));
      deployment.submit(1);
      await(() -> deployment.results().size() == 1);
      long received = closed.stats().received();
      gate.open = false;
      // A pull, or a stream, is out from before the gate closed; what it brings goes back.
      Instant until = Instant.now().plusSeconds(20);
      deployment.submit(200);
      await(() -> Instant.now().isAfter(until));
      // What was at hand when the gate closed may have been taken in; the rest was not.
      assertThat(closed.stats().received() - received).isLessThanOrEqualTo(16);

      deployment.process(gateway, 8);
      // Leases last for a minute: had the closed replica kept any, this would take as long.
      Awaitility.await()
          .atMost(Duration.ofSeconds(40))
          .until(() -> deployment.results().size() + closed.stats().received() - received >= 201);
      gate.open = true;
      await(() -> deployment.results().size() >= 201);
      assertThat(deployment.resultIds()).hasSize(201);
    }
  }

  /** A gate that a test opens and closes. */
  private static final class Switch implements DispatchGate {
    volatile boolean open = true;

    @Override
    public String name() {
      return "switch";
    }

    @Override
    public Verdict tryAcquire(RequestView request) {
      return open ? new Verdict.Go(Permit.UNCOUNTED) : new Verdict.Wait(Duration.ofMillis(100));
    }

    @Override
    public double budget() {
      return open ? 1 : 0;
    }
  }

  @Test
  void a_retry_is_due_when_it_is_due_however_short_the_lease() throws Exception {
    try (Deployment deployment = new Deployment("pubsub.lease=1s")) {
      PubSubTransport transport = deployment.open();
      deployment.submit(1);
      Delivery first = one(Deployment.queue(transport));
      long begin = System.nanoTime();
      assertThat(
              transport.retryQueue().schedule(List.of(new Retry(first, Duration.ofSeconds(4), 3))))
          .isEmpty();
      Delivery again = one(transport.retryQueue());
      Duration waited = Duration.ofNanos(System.nanoTime() - begin);
      assertThat(waited).isBetween(Duration.ofSeconds(4), Duration.ofSeconds(15));
      assertThat(again.attempt()).isEqualTo(3);
      assertThat(transport.retryQueue().acknowledge(List.of(again))).isEmpty();
    }
  }

  @Test
  void a_retry_of_a_process_that_ends_comes_back_when_it_is_due() throws Exception {
    try (Deployment deployment = new Deployment()) {
      PubSubTransport transport = deployment.open();
      deployment.submit(1);
      Delivery first = one(Deployment.queue(transport));
      var unused =
          transport.retryQueue().schedule(List.of(new Retry(first, Duration.ofSeconds(3), 2)));
      long begin = System.nanoTime();
      transport.close();

      Delivery again = one(Deployment.queue(deployment.open()));
      assertThat(Duration.ofNanos(System.nanoTime() - begin)).isGreaterThan(Duration.ofSeconds(2));
      assertThat(again.body()).isEqualTo(first.body());
    }
  }

  @Test
  void what_is_released_and_comes_back_to_its_process_keeps_its_attempt() throws Exception {
    try (Deployment deployment = new Deployment()) {
      PubSubTransport transport = deployment.open();
      deployment.submit(1);
      var unused =
          transport
              .retryQueue()
              .schedule(List.of(new Retry(one(Deployment.queue(transport)), Duration.ZERO, 5)));
      transport.retryQueue().release(List.of(one(transport.retryQueue())));
      assertThat(one(Deployment.queue(transport)).attempt()).isEqualTo(5);
    }
  }

  @Test
  void a_due_retry_that_nobody_here_wants_goes_to_another_process() throws Exception {
    try (Deployment deployment = new Deployment("pubsub.lease=1s")) {
      PubSubTransport transport = deployment.open();
      deployment.submit(1);
      var unused =
          transport
              .retryQueue()
              .schedule(
                  List.of(new Retry(one(Deployment.queue(transport)), Duration.ofMillis(100), 2)));
      RequestQueue heir = Deployment.queue(deployment.open());
      Delivery taken = one(heir);
      assertThat(heir.acknowledge(List.of(taken))).isEmpty();
      assertThat(transport.retryQueue().receive(1, Duration.ofMillis(500))).isEmpty();
    }
  }

  @Test
  void attributes_and_trace_context_reach_the_metadata() throws Exception {
    String trace = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
    try (SheddingGateway gateway = new SheddingGateway(0, Duration.ZERO);
        Deployment deployment = new Deployment().withRetryTopic()) {
      deployment.submit(
          List.of(
              Deployment.request("r")
                  .putAttributes("tenant", "blue")
                  .putAttributes("googclient_traceparent", trace)
                  .build()));
      deployment.process(gateway, 2);
      await(() -> deployment.results().size() == 1);
      PubsubMessage message = deployment.results().get(0);
      ResultMessage result = ResultMessage.parse(Bytes.utf8(message.getData().toStringUtf8()));
      assertThat(result.metadata())
          .containsEntry("tenant", "blue")
          .containsEntry("googclient_traceparent", trace)
          .containsEntry("traceparent", trace);
      assertThat(message.getAttributesMap())
          .containsEntry("id", "r")
          .containsEntry("attempt", "1")
          .containsEntry("status", "200")
          .containsEntry("queue", deployment.requests());
      assertThat(Instant.parse(message.getAttributesOrThrow("request-published")))
          .isBetween(Instant.now().minusSeconds(300), Instant.now().plusSeconds(5));
    }
  }

  @Test
  void several_thousand_messages_are_taken_in_batches_of_the_size_that_is_set() throws Exception {
    try (Deployment deployment = new Deployment("pubsub.batch-size=7").pulling(Pulls.Kind.UNARY)) {
      PubSubTransport transport = deployment.open();
      deployment.submit(50);
      RequestQueue queue = Deployment.queue(transport);
      List<Delivery> taken = new java.util.ArrayList<>();
      while (taken.size() < 50) {
        List<Delivery> some = queue.receive(100, Duration.ofSeconds(5));
        assertThat(some).hasSizeLessThanOrEqualTo(7);
        taken.addAll(some);
      }
      assertThat(queue.extend(taken)).isEmpty();
      assertThat(queue.acknowledge(taken)).isEmpty();
      assertThat(queue.acknowledge(taken)).hasSize(50);
    }
  }

  @Test
  void what_is_missing_is_named_all_at_once_and_made_if_asked() {
    String endpoint = Emulator.get().endpoint();
    String fresh = AdapterUnderTest.fresh("x");
    Map<String, String> settings = new HashMap<>();
    settings.put("pubsub.endpoint", endpoint);
    settings.put("pubsub.project-id", Emulator.PROJECT);
    settings.put("pubsub.request-subscriber-id", fresh + "-requests");
    settings.put("pubsub.result-topic-id", fresh + "-results");
    settings.put("pubsub.dead-letter-topic-id", fresh + "-dead");
    settings.put("pubsub.retry-topic-id", fresh + "-retries");
    settings.put("pubsub.result-subscriber-id", fresh + "-results");
    GcpPubSubProvider provider = new GcpPubSubProvider();
    assertThatThrownBy(() -> provider.open(Settings.of(provider.settings(), settings)))
        .isInstanceOf(InvalidSettingsException.class)
        .hasMessageContaining(Emulator.topic(fresh + "-results"))
        .hasMessageContaining("pubsub.dead-letter-topic-id")
        .hasMessageContaining(Emulator.subscription(fresh + "-requests"))
        .hasMessageContaining("gcloud pubsub subscriptions create")
        .hasMessageContaining("pubsub.create=true");

    settings.put("pubsub.create", "true");
    try (PubSubTransport transport =
        (PubSubTransport) provider.open(Settings.of(provider.settings(), settings))) {
      assertThat(transport.health().healthy()).isTrue();
      String queue = transport.requestQueues().get(0).name();
      transport.submit(
          queue,
          IntStream.range(0, 3)
              .mapToObj(i -> Bytes.utf8(Deployment.request("r" + i).getData().toStringUtf8()))
              .toList());
      try (SheddingGateway gateway = new SheddingGateway(30, Duration.ZERO);
          BatchProcessor processor =
              BatchProcessor.builder()
                  .transport(transport)
                  .endpoint(java.net.URI.create(gateway.url()))
                  .backoff(context -> Duration.ofMillis(50))
                  .build()) {
        processor.start();
        int[] results = {0};
        await(
            () -> {
              results[0] += transport.takeResults(10, Duration.ofMillis(100)).size();
              return results[0] == 3;
            });
      }
    }
  }

  private static Delivery one(RequestQueue queue) throws Exception {
    Delivery[] taken = new Delivery[1];
    await(
        () -> {
          List<Delivery> some = queue.receive(1, Duration.ofMillis(200));
          if (!some.isEmpty()) {
            taken[0] = some.get(0);
          }
          return !some.isEmpty();
        });
    return taken[0];
  }

  private static void await(Callable<Boolean> condition) {
    Awaitility.await().atMost(Deployment.PATIENCE).until(condition);
  }
}
