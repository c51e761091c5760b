package io.batchprocessor.gcp.pubsub;

import static io.batchprocessor.gcp.pubsub.Emulator.deadLetters;
import static io.batchprocessor.gcp.pubsub.Emulator.plain;
import static io.batchprocessor.testkit.AdapterUnderTest.fresh;

import com.google.pubsub.v1.PubsubMessage;
import com.google.pubsub.v1.Subscription;
import io.batchprocessor.message.Bytes;
import io.batchprocessor.spi.DeadLetter;
import io.batchprocessor.spi.Delivery;
import io.batchprocessor.testkit.AdapterUnderTest;
import io.batchprocessor.testkit.Broker;
import io.batchprocessor.testkit.TcpProxy;
import java.time.Duration;
import java.util.List;
import java.util.function.UnaryOperator;

/** A Pub/Sub that the adapter kit may cut off, and what the kit has to know of the transport. */
final class KitServer implements Broker, AutoCloseable {

  private final Emulator emulator = Emulator.get();
  private final TcpProxy proxy = new TcpProxy(emulator.port());

  /**
   * A transport with topics and subscriptions of its own.
   *
   * @param counted whether the broker counts deliveries
   * @param kind what else is asked of the request subscriptions and the retry subscription
   */
  AdapterUnderTest.Builder adapter(
      boolean counted, boolean retryTopic, UnaryOperator<Subscription.Builder> kind) {
    String first = fresh("a");
    String second = fresh("b");
    String result = fresh("result");
    String dead = fresh("dead");
    String retry = fresh("retry");
    for (String id : List.of(result, dead)) {
      emulator.createTopic(id);
      emulator.create(plain(id, id));
    }
    for (String id : List.of(first, second, retry)) {
      emulator.createTopic(id);
      Subscription.Builder subscription = kind.apply(plain(id, id));
      emulator.create(counted ? subscription.setDeadLetterPolicy(deadLetters(dead)) : subscription);
    }
    AdapterUnderTest.Builder adapter =
        AdapterUnderTest.of("gcp-pubsub")
            .setting("pubsub.endpoint", "http://localhost:" + proxy.port())
            .setting("pubsub.project-id", Emulator.PROJECT)
            .setting("pubsub.result-topic-id", result)
            .setting("pubsub.result-subscriber-id", result)
            .setting("pubsub.dead-letter-topic-id", dead)
            .queues("pubsub.request-subscriber-id", first, second)
            .shortLease("pubsub.lease", Duration.ofSeconds(1))
            .resultLimit(Messages.LONGEST)
            .exempt(652, "without ordering keys Pub/Sub promises no order")
            .deadLetters(transport -> letters(dead));
    return retryTopic ? adapter.setting("pubsub.retry-topic-id", retry) : adapter;
  }

  private List<DeadLetter> letters(String subscription) {
    return emulator.take(subscription).stream().map(KitServer::letter).toList();
  }

  private static DeadLetter letter(PubsubMessage message) {
    return new DeadLetter(
        Delivery.builder(
                message.getAttributesOrThrow("queue"), Bytes.wrap(message.getData().toByteArray()))
            .build(),
        message.getAttributesOrThrow("reason"));
  }

  /** Cuts it off: the emulator would forget everything. */
  @Override
  public void kill() {
    proxy.cut();
  }

  @Override
  public void start() {
    proxy.mend();
  }

  @Override
  public void close() {
    proxy.close();
  }
}
