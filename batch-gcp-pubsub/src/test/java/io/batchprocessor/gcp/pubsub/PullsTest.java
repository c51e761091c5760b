package io.batchprocessor.gcp.pubsub;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.pubsub.v1.ReceivedMessage;
import io.batchprocessor.spi.Settings;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What somebody sees who looks at the moment at which messages arrive. */
class PullsTest {

  private static final Source SOURCE =
      new Source(
          "requests",
          "projects/p/subscriptions/requests",
          null,
          Duration.ofSeconds(60),
          false,
          false,
          false);

  private final FakePubSub pubSub = new FakePubSub();
  private final PubSubConfig config = config(pubSub.endpoint());
  private final Connection connection = new Connection(config);

  @AfterEach
  void close() {
    connection.close();
    pubSub.close();
  }

  @ParameterizedTest
  @EnumSource
  void whoever_looks_while_messages_arrive_asks_for_no_more(Pulls.Kind kind) throws Exception {
    Looking sink = new Looking();
    PubSubClient client = new PubSubClient(connection);
    Pulls pulls = Pulls.of(kind, client, connection, SOURCE, config, sink::read, sink);
    sink.pulls = pulls;
    pubSub.deliver("{}", "m0", "m1");

    @Nullable Runnable first = pulls.ask(2);
    assertThat(first).isNotNull();
    assertThat(pulls.ask(2)).as("a second call before the first was sent").isNull();
    Objects.requireNonNull(first).run();
    assertThat(sink.over.await(30, TimeUnit.SECONDS)).isTrue();

    assertThat(sink.unread).as("asks when a message was read").containsOnlyNulls();
    assertThat(sink.before).as("asks before it was handed over").containsOnlyNulls();
    assertThat(sink.after).as("asks after that").doesNotContainNull();
  }

  /** Asks at each moment. */
  private static final class Looking implements Pulls.Sink {
    final List<@Nullable Runnable> unread = Collections.synchronizedList(new ArrayList<>());
    final List<@Nullable Runnable> before = Collections.synchronizedList(new ArrayList<>());
    final List<@Nullable Runnable> after = Collections.synchronizedList(new ArrayList<>());
    final CountDownLatch over = new CountDownLatch(1);
    volatile @Nullable Pulls pulls;

    Held read(ReceivedMessage message, Held.Keeper keeper) {
      unread.add(ask());
      Held.Facts facts = new Held.Facts("requests", 1, 1, 0, Map.of(), Instant.EPOCH);
      return new Held(SOURCE, keeper, message.getAckId(), message.getMessage(), facts);
    }

    @Override
    public void arrived(List<Held> messages, Runnable also) {
      before.add(ask());
      also.run();
      after.add(ask());
      over.countDown();
    }

    @Override
    public void failed(RuntimeException failure, Runnable also) {
      throw failure;
    }

    @Override
    public void ended(Held held, boolean acknowledged) {}

    private @Nullable Runnable ask() {
      return Objects.requireNonNull(pulls).ask(2);
    }
  }

  private static PubSubConfig config(String endpoint) {
    Map<String, String> settings =
        Map.of(
            "pubsub.endpoint", endpoint,
            "pubsub.project-id", "p",
            "pubsub.request-subscriber-id", "requests",
            "pubsub.result-topic-id", "results",
            "pubsub.dead-letter-topic-id", "dead");
    return PubSubConfig.of(Settings.of(new GcpPubSubProvider().settings(), settings), Map.of());
  }
}
