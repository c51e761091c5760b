package io.batchprocessor.redis;

import static io.opentelemetry.api.common.AttributeKey.longKey;
import static org.assertj.core.api.Assertions.assertThat;

import io.batchprocessor.BatchProcessor;
import io.batchprocessor.message.Bytes;
import io.batchprocessor.message.RequestMessage;
import io.batchprocessor.spi.QueueProvider;
import io.batchprocessor.testkit.SheddingGateway;
import io.batchprocessor.tracing.BatchTracing;
import io.opentelemetry.sdk.OpenTelemetrySdk;
import io.opentelemetry.sdk.testing.exporter.InMemorySpanExporter;
import io.opentelemetry.sdk.trace.SdkTracerProvider;
import io.opentelemetry.sdk.trace.data.SpanData;
import io.opentelemetry.sdk.trace.export.SimpleSpanProcessor;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import redis.clients.jedis.Jedis;

/**
 * A request whose attempts several processes make is one trace, each attempt linked to the last.
 */
class TracedRetriesIT {

  private static final String PRODUCER = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
  private static final Duration PATIENCE = Duration.ofSeconds(30);

  private static RedisProcess redis;

  private final InMemorySpanExporter exporter = InMemorySpanExporter.create();

  static List<QueueProvider> providers() {
    return List.of(
        new RedisStreamsProvider(), new RedisSortedSetProvider(), new RedisPubSubProvider());
  }

  @BeforeAll
  static void startRedis() {
    redis = RedisProcess.launch();
  }

  @AfterAll
  static void stopRedis() {
    redis.close();
  }

  @ParameterizedTest
  @MethodSource("providers")
  void an_attempt_of_another_process_links_to_the_one_before_it(QueueProvider provider) {
    redis.flush();
    try (SheddingGateway shedding = new SheddingGateway(100, Duration.ZERO);
        RedisTransport transport = Requests.open(provider, redis.url());
        BatchProcessor first = processor(transport, shedding)) {
      first.start();
      transport.submit(transport.requestQueues().get(0).name(), List.of(request()));
      Awaitility.await().atMost(PATIENCE).until(() -> first.stats().retried() > 0);
    }
    List<SpanData> before = exporter.getFinishedSpanItems();
    try (SheddingGateway answering = new SheddingGateway(0, Duration.ZERO);
        RedisTransport transport = Requests.open(provider, redis.url());
        BatchProcessor second = processor(transport, answering)) {
      second.start();
      Awaitility.await().atMost(PATIENCE).until(() -> second.stats().succeeded() == 1);
    }

    List<SpanData> all = new ArrayList<>(exporter.getFinishedSpanItems());
    assertThat(before).isNotEmpty();
    assertThat(all).hasSizeGreaterThan(before.size());
    for (int i = 1; i < all.size(); i++) {
      SpanData attempt = all.get(i);
      assertThat(attempt.getAttributes().get(longKey("batch.attempt"))).isEqualTo(i + 1);
      assertThat(PRODUCER).contains(attempt.getTraceId(), attempt.getParentSpanId());
      assertThat(attempt.getLinks()).hasSize(1);
      assertThat(attempt.getLinks().get(0).getSpanContext().getSpanId())
          .isEqualTo(all.get(i - 1).getSpanId());
    }
  }

  /** A retry that a version before notes has stored, as it is in Redis. */
  @ParameterizedTest
  @MethodSource("providers")
  void an_attempt_that_nobody_left_a_note_for_has_no_link(QueueProvider provider) {
    redis.flush();
    try (SheddingGateway answering = new SheddingGateway(0, Duration.ZERO);
        RedisTransport transport = Requests.open(provider, redis.url());
        Jedis cli = redis.cli();
        BatchProcessor processor = processor(transport, answering)) {
      String partition = provider.id() + ":" + transport.requestQueues().get(0).name();
      String rank = provider.id().equals("redis-sortedset") ? "9999999999" : "-";
      cli.zadd(
          transport.retryQueue().name(),
          0,
          "~%016x 0 %s 2 %d 0\n%s%s"
              .formatted(7, rank, partition.length(), partition, request().toUtf8()));
      processor.start();
      Awaitility.await().atMost(PATIENCE).until(() -> processor.stats().succeeded() == 1);
    }

    SpanData attempt = exporter.getFinishedSpanItems().get(0);
    assertThat(attempt.getAttributes().get(longKey("batch.attempt"))).isEqualTo(2);
    assertThat(attempt.getLinks()).isEmpty();
  }

  private static Bytes request() {
    return RequestMessage.builder("r")
        .deadline(Instant.now().plusSeconds(3_600))
        .payload("{}")
        .metadata("traceparent", PRODUCER)
        .build()
        .toJson();
  }

  /** Each with an SDK of its own, as processes have; what they export is kept in one place. */
  private BatchProcessor processor(RedisTransport transport, SheddingGateway gateway) {
    OpenTelemetrySdk sdk =
        OpenTelemetrySdk.builder()
            .setTracerProvider(
                SdkTracerProvider.builder()
                    .addSpanProcessor(SimpleSpanProcessor.create(exporter))
                    .build())
            .build();
    return BatchProcessor.builder()
        .transport(transport)
        .endpoint(URI.create(gateway.url()))
        .backoff(context -> Duration.ofSeconds(1))
        .listener(BatchTracing.of(sdk))
        .build();
  }
}
