package io.batchprocessor.gcp.pubsub;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.google.pubsub.v1.ModifyAckDeadlineRequest;
import com.google.pubsub.v1.Subscription;
import io.batchprocessor.spi.Delivery;
import io.batchprocessor.spi.RequestQueue;
import io.batchprocessor.spi.Retry;
import io.batchprocessor.spi.Settings;
import io.grpc.Status;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import org.awaitility.Awaitility;
import org.awaitility.core.ThrowingRunnable;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Streams of a broker that keeps to their windows, as the emulator does not. */
class StreamingPullsTest {

  private static final String REQUESTS = "projects/p/subscriptions/requests";
  private static final Duration LONG = Duration.ofSeconds(30);

  private final FakePubSub pubSub = new FakePubSub();
  private final Map<String, String> settings = new HashMap<>();
  private @Nullable PubSubTransport opened;
  private long askedNanos = System.nanoTime();
  private long longestPauseNanos;

  @BeforeEach
  void configure() {
    pubSub.topics.addAll(List.of("projects/p/topics/results", "projects/p/topics/dead"));
    pubSub.subscriptions.put(
        REQUESTS,
        Subscription.newBuilder()
            .setName(REQUESTS)
            .setTopic("projects/p/topics/requests")
            .setAckDeadlineSeconds(10)
            .build());
    settings.put("pubsub.endpoint", pubSub.endpoint());
    settings.put("pubsub.project-id", "p");
    settings.put("pubsub.request-subscriber-id", "requests");
    settings.put("pubsub.result-topic-id", "results");
    settings.put("pubsub.dead-letter-topic-id", "dead");
    settings.put("pubsub.pull", "streaming");
  }

  @AfterEach
  void close() {
    if (opened != null) {
      opened.close();
    }
    pubSub.close();
  }

  @Test
  void a_budget_that_goes_up_and_down_is_served_by_one_stream() throws Exception {
    deliver(0, 1_000);
    List<Delivery> held = new ArrayList<>(receive(16));
    for (int round = 0; round < 60; round++) {
      // 16, 1, 8, 3, ... of them in flight.
      int wanted = 1 + (15 + round * 9) % 16;
      while (held.size() > wanted - 1) {
        assertThat(queue().acknowledge(List.of(held.remove(0)))).isEmpty();
      }
      while (held.size() < wanted) {
        held.addAll(receive(wanted - held.size()));
      }
    }
    assertThat(openStreams()).hasSize(1);
    assertThat(pubSub.streams).allMatch(each -> each.most() <= 16);
    assumeNoPause();
    assertThat(pubSub.streams).hasSize(1);
    FakeStream stream = pubSub.streams.get(0);
    assertThat(stream.isHalfClosed()).isFalse();
    assertThat(stream.opening().getStreamAckDeadlineSeconds()).isEqualTo(60);
    assertThat(stream.opening().getMaxOutstandingMessages()).isEqualTo(16);
    assertThat(stream.most()).isLessThanOrEqualTo(16);
    // The stream gives leases of the right length by itself.
    assertThat(pubSub.modifications).isEmpty();
  }

  @Test
  void a_processor_with_room_for_more_than_before_gets_streams_for_no_more_than_that()
      throws Exception {
    settings.put("pubsub.batch-size", "40");
    deliver(0, 200);
    List<Delivery> held = new ArrayList<>();
    for (int i = 1; i <= 5; i++) {
      held.addAll(receive(20));
      assertThat(held).hasSize(20 * i);
      assertThat(pubSub.backlog()).isEqualTo(200 - 20 * i);
    }
    assertThat(pubSub.streams).hasSize(5).noneMatch(FakeStream::isHalfClosed);
    assertThat(pubSub.streams)
        .extracting(stream -> stream.opening().getClientId())
        .doesNotHaveDuplicates();
    assertThat(held).extracting(delivery -> Held.of(delivery).ackId()).doesNotHaveDuplicates();

    // What is settled is replaced by the streams that there are.
    assertThat(queue().acknowledge(held.subList(10, 60))).isEmpty();
    for (int left = 50; left > 0; ) {
      left -= receive(left).size();
    }
    assertThat(pubSub.backlog()).isEqualTo(50);
    assertThat(openStreams()).hasSizeLessThanOrEqualTo(5);
    assumeNoPause();
    assertThat(pubSub.streams).hasSize(5);
  }

  @Test
  void a_processor_whose_room_grows_by_little_steps_has_few_streams_and_little_too_much()
      throws Exception {
    deliver(0, 200);
    for (int held = 1; held <= 60; held++) {
      assertThat(receive(1)).hasSize(1);
      int tooMuch = 200 - pubSub.backlog() - held;
      assertThat(tooMuch).isLessThanOrEqualTo(held / 8);
      assertThat(openStreams()).hasSizeLessThanOrEqualTo(8);
    }
  }

  @Test
  void a_stream_that_follows_one_that_ended_asks_for_no_more_than_is_wanted() throws Exception {
    List<Delivery> held = openedBy(10);
    deliver(100, 100);
    Awaitility.await().pollDelay(Duration.ofMillis(1_200)).until(() -> true);
    pubSub.streams.get(0).end(Status.UNAVAILABLE);
    for (int i = 0; i < 3; i++) {
      assertThat(queue().acknowledge(List.of(held.get(i)))).isEmpty();
      assertThat(receive(1)).hasSize(1);
    }
    assertThat(pubSub.backlog()).isEqualTo(97);
  }

  @Test
  void with_nobody_who_wants_messages_the_broker_has_all_of_them_after_a_second() throws Exception {
    List<Delivery> held = openedBy(8);
    assertThat(queue().acknowledge(held)).isEmpty();
    long free = System.nanoTime();
    deliver(100, 500);

    FakeStream stream = pubSub.streams.get(0);
    await(() -> assertThat(stream.isHalfClosed()).isTrue());
    await(() -> assertThat(handedBack()).hasSize(8));
    assertThat(System.nanoTime() - free).isGreaterThan(Duration.ofMillis(500).toNanos());
    assertThat(pubSub.backlog()).isEqualTo(492);
    assertThat(stream.most()).isLessThanOrEqualTo(8);

    // The next who wants some opens the next stream.
    assertThat(receive(3)).hasSize(3);
    assertThat(pubSub.streams).hasSize(2);
    assertThat(pubSub.streams.get(1).opening().getMaxOutstandingMessages()).isEqualTo(3);
  }

  @Test
  void a_stream_that_is_full_stays_however_long_the_answers_take() throws Exception {
    List<Delivery> held = openedBy(8);
    deliver(100, 100);
    Awaitility.await()
        .during(Duration.ofSeconds(3))
        .atMost(LONG)
        .until(() -> pubSub.streams.stream().noneMatch(FakeStream::isHalfClosed));
    // Until now it was full: only from here on may it end.
    askedNanos = System.nanoTime();
    assertThat(queue().acknowledge(held.subList(0, 4))).isEmpty();
    assertThat(receive(4)).isNotEmpty();
    assertThat(openStreams()).hasSize(1);
    assumeNoPause();
    assertThat(pubSub.streams).hasSize(1);
    assertThat(pubSub.backlog()).isGreaterThanOrEqualTo(96);
  }

  @Test
  void what_is_asked_for_too_slowly_goes_back_before_its_lease_is_over() throws Exception {
    settings.put("pubsub.lease", "10s");
    List<Delivery> held = openedBy(100);
    assertThat(queue().acknowledge(held)).isEmpty();
    deliver(100, 200);
    await(
        () -> {
          for (Delivery one : queue().receive(1, Duration.ofMillis(100))) {
            queue().extend(List.of(one));
          }
          assertThat(handedBack()).isNotEmpty();
        });
    // A stream for what is asked for by then.
    assertThat(pubSub.streams.get(0).isHalfClosed()).isTrue();
  }

  @Test
  void a_stream_that_the_broker_ends_is_opened_anew_without_a_word() throws Exception {
    List<Delivery> held = openedBy(4);
    assertThat(queue().acknowledge(held)).isEmpty();
    CompletableFuture<List<Delivery>> next = CompletableFuture.supplyAsync(() -> receive(4));
    Awaitility.await().pollDelay(Duration.ofMillis(1_200)).until(() -> true);
    pubSub.streams.get(0).end(Status.UNAVAILABLE);
    await(() -> assertThat(pubSub.streams).hasSize(2));
    deliver(10, 4);
    assertThat(next.get()).isNotEmpty();
  }

  @Test
  void a_stream_that_is_refused_fails_with_the_reason_and_each_time() throws Exception {
    pubSub.refusingStreams = Status.PERMISSION_DENIED.withDescription("User not authorized");
    open();
    for (int i = 0; i < 2; i++) {
      assertThatThrownBy(() -> queue().receive(1, LONG))
          .isInstanceOf(PubSubException.class)
          .hasMessageContaining(REQUESTS)
          .hasMessageContaining("User not authorized");
    }
    pubSub.refusingStreams = Status.UNAVAILABLE;
    assertThatThrownBy(() -> queue().receive(1, LONG)).isInstanceOf(PubSubException.class);
    pubSub.refusingStreams = null;
    deliver(0, 1);
    assertThat(receive(1)).hasSize(1);
  }

  @Test
  void what_comes_while_the_transport_closes_is_handed_back() throws Exception {
    List<Delivery> held = openedBy(6);
    assertThat(queue().acknowledge(held)).isEmpty();
    deliver(100, 6);
    transport().close();
    assertThat(pubSub.streams.get(0).isHalfClosed()).isTrue();
    assertThat(handedBack()).hasSize(6 - pubSub.backlog());
  }

  @Test
  void retries_of_a_call_that_failed_halfway_are_scheduled_by_the_next() throws Exception {
    List<Delivery> held = openedBy(2);
    List<Retry> retries =
        List.of(
            new Retry(held.get(0), Duration.ZERO, 2),
            new Retry(held.get(1), Duration.ofSeconds(1_000), 2));
    pubSub.modifying =
        request ->
            request.getAckDeadlineSeconds() == 600 ? Status.UNAVAILABLE.asRuntimeException() : null;
    assertThatThrownBy(() -> transport().retryQueue().schedule(retries))
        .isInstanceOf(PubSubException.class);
    pubSub.modifying = request -> null;
    assertThat(transport().retryQueue().schedule(retries)).isEmpty();
    assertThat(transport().retryQueue().receive(2, LONG)).hasSize(1);
  }

  /** A machine that stops the test for so long makes streams end, as they should. */
  private void assumeNoPause() {
    assumeTrue(
        longestPauseNanos < Duration.ofMillis(900).toNanos(),
        "the machine stood still for a second, after which streams end: not counted here");
  }

  /** Without those that ended because nobody asked for anything: a slow machine may see to that. */
  private List<FakeStream> openStreams() {
    return pubSub.streams.stream().filter(stream -> !stream.isHalfClosed()).toList();
  }

  /** Those that were given back at once. */
  private List<String> handedBack() {
    return pubSub.modifications.stream()
        .filter(request -> request.getAckDeadlineSeconds() == 0)
        .map(ModifyAckDeadlineRequest::getAckIdsList)
        .flatMap(List::stream)
        .toList();
  }

  private void deliver(int from, int count) {
    pubSub.deliver(
        "{}", IntStream.range(from, from + count).mapToObj(i -> "m" + i).toArray(String[]::new));
  }

  /** Deliveries of a stream that is as large as they are many. */
  private List<Delivery> openedBy(int count) {
    deliver(0, count);
    List<Delivery> held = new ArrayList<>(receive(count));
    while (held.size() < count) {
      held.addAll(receive(count - held.size()));
    }
    assertThat(pubSub.streams).hasSize(1);
    return held;
  }

  private List<Delivery> receive(int max) {
    try {
      if (opened != null) {
        longestPauseNanos = Math.max(longestPauseNanos, System.nanoTime() - askedNanos);
      }
      List<Delivery> deliveries = queue().receive(max, LONG);
      askedNanos = System.nanoTime();
      assertThat(deliveries).isNotEmpty();
      return deliveries;
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  private void open() {
    GcpPubSubProvider provider = new GcpPubSubProvider();
    opened = (PubSubTransport) provider.open(Settings.of(provider.settings(), settings));
  }

  private PubSubTransport transport() {
    if (opened == null) {
      open();
    }
    return java.util.Objects.requireNonNull(opened);
  }

  private RequestQueue queue() {
    return transport().requestQueues().get(0);
  }

  private static void await(ThrowingRunnable assertion) {
    Awaitility.await().atMost(LONG).untilAsserted(assertion);
  }
}
