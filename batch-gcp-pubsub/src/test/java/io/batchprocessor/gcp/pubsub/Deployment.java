package io.batchprocessor.gcp.pubsub;

import static io.batchprocessor.gcp.pubsub.Emulator.plain;

import com.google.protobuf.ByteString;
import com.google.pubsub.v1.PubsubMessage;
import com.google.pubsub.v1.Subscription;
import io.batchprocessor.BatchProcessor;
import io.batchprocessor.BatchProcessorBuilder;
import io.batchprocessor.spi.RequestQueue;
import io.batchprocessor.spi.Settings;
import io.batchprocessor.testkit.AdapterUnderTest;
import io.batchprocessor.testkit.SheddingGateway;
import io.batchprocessor.testkit.TcpProxy;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;

/** Topics and subscriptions of one test, and what is published to them and read from them. */
final class Deployment implements AutoCloseable {

  static final Duration PATIENCE = Duration.ofMinutes(6);

  private final Emulator emulator = Emulator.get();
  private final Map<String, String> settings = new HashMap<>();
  private final List<Runnable> opened = new ArrayList<>();
  private final List<PubsubMessage> results = new ArrayList<>();
  private final String requests = AdapterUnderTest.fresh("requests");
  private final String result = AdapterUnderTest.fresh("result");
  private final String dead = AdapterUnderTest.fresh("dead");
  private final String retry = AdapterUnderTest.fresh("retry");

  /** With an exactly-once subscription. */
  Deployment(String... settings) {
    this(subscription -> subscription.setEnableExactlyOnceDelivery(true), settings);
  }

  Deployment(UnaryOperator<Subscription.Builder> kind, String... settings) {
    for (String id : List.of(result, dead, retry, requests)) {
      emulator.createTopic(id);
    }
    emulator.create(plain(result, result).setEnableMessageOrdering(true));
    emulator.create(plain(dead, dead));
    emulator.create(kind.apply(plain(retry, retry)));
    emulator.create(kind.apply(plain(requests, requests)));
    this.settings.put("pubsub.endpoint", emulator.endpoint());
    this.settings.put("pubsub.project-id", Emulator.PROJECT);
    this.settings.put("pubsub.request-subscriber-id", requests);
    this.settings.put("pubsub.result-topic-id", result);
    this.settings.put("pubsub.dead-letter-topic-id", dead);
    for (String setting : settings) {
      int equals = setting.indexOf('=');
      this.settings.put(setting.substring(0, equals), setting.substring(equals + 1));
    }
  }

  Deployment pulling(Pulls.Kind pull) {
    settings.put("pubsub.pull", pull.name().toLowerCase(Locale.ROOT));
    return this;
  }

  Deployment withRetryTopic() {
    settings.put("pubsub.retry-topic-id", retry);
    return this;
  }

  void set(String key, String value) {
    settings.put(key, value);
  }

  Deployment through(TcpProxy proxy) {
    settings.put("pubsub.endpoint", "http://localhost:" + proxy.port());
    return this;
  }

  Emulator emulator() {
    return emulator;
  }

  String requests() {
    return requests;
  }

  String resultTopic() {
    return result;
  }

  /** For a process of its own. */
  List<String> settings() {
    return settings.entrySet().stream()
        .map(setting -> setting.getKey() + "=" + setting.getValue())
        .toList();
  }

  PubSubTransport open() {
    GcpPubSubProvider provider = new GcpPubSubProvider();
    PubSubTransport transport =
        (PubSubTransport) provider.open(Settings.of(provider.settings(), settings));
    opened.add(transport::close);
    return transport;
  }

  /** A processor that runs, on a transport of its own. */
  BatchProcessor process(
      SheddingGateway gateway, int concurrency, UnaryOperator<BatchProcessorBuilder> more) {
    BatchProcessorBuilder builder =
        BatchProcessor.builder()
            .transport(open())
            .endpoint(URI.create(gateway.url()))
            .concurrency(concurrency)
            .backoff(context -> Duration.ofMillis(100));
    BatchProcessor processor = more.apply(builder).build();
    opened.add(processor::close);
    processor.start();
    return processor;
  }

  BatchProcessor process(SheddingGateway gateway, int concurrency) {
    return process(gateway, concurrency, builder -> builder);
  }

  static RequestQueue queue(PubSubTransport transport) {
    return transport.requestQueues().get(0);
  }

  static PubsubMessage.Builder request(String id) {
    return message(
        "{\"id\": \"%s\", \"deadline\": 9999999999, \"payload\": {\"n\": 12345678901234567890}}"
            .formatted(id));
  }

  static PubsubMessage.Builder message(String body) {
    return PubsubMessage.newBuilder().setData(ByteString.copyFromUtf8(body));
  }

  static List<String> ids(int count) {
    return IntStream.range(0, count).mapToObj(i -> "r" + i).toList();
  }

  void submit(int count) {
    submit(ids(count).stream().map(id -> request(id).build()).toList());
  }

  void submit(List<PubsubMessage> messages) {
    emulator.publish(requests, messages);
  }

  /** All results so far, also those that were there twice. */
  synchronized List<PubsubMessage> results() {
    results.addAll(emulator.take(result));
    return List.copyOf(results);
  }

  List<String> resultIds() {
    return results().stream().map(message -> message.getAttributesOrThrow("id")).toList();
  }

  List<PubsubMessage> deadLetters() {
    return emulator.take(dead);
  }

  @Override
  public void close() {
    for (int i = opened.size() - 1; i >= 0; i--) {
      opened.get(i).run();
    }
  }
}
