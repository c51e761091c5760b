package io.batchprocessor.gcp.pubsub;

import static io.batchprocessor.gcp.pubsub.FakeDeployment.LONG;
import static io.batchprocessor.gcp.pubsub.FakeDeployment.REQUESTS;
import static io.batchprocessor.gcp.pubsub.FakeDeployment.body;
import static io.batchprocessor.gcp.pubsub.FakeDeployment.message;
import static io.batchprocessor.gcp.pubsub.FakeDeployment.take;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.common.util.concurrent.Uninterruptibles;
import com.google.protobuf.Timestamp;
import com.google.pubsub.v1.ModifyAckDeadlineRequest;
import com.google.pubsub.v1.ReceivedMessage;
import io.batchprocessor.spi.Delivery;
import io.batchprocessor.spi.Retry;
import io.batchprocessor.spi.RetryQueue;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.stream.IntStream;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Retries that wait in this process: how many, how long, and under which leases. */
class WaitingRetriesTest {

  private static final int MOST = 10_000;

  private @Nullable FakeDeployment deployment;

  @AfterEach
  void close() {
    if (deployment != null) {
      deployment.close();
    }
  }

  @Test
  void of_more_than_may_wait_those_due_last_go_back_in_one_call() throws Exception {
    FakePubSub pubSub = deploy().pubSub;
    schedule(requests(MOST), Duration.ofMinutes(5));
    pubSub.modifications.clear();

    schedule(requests(100), Duration.ofSeconds(400));
    awaitPutOff(400);
    schedule(requests(100), Duration.ofSeconds(100));
    awaitPutOff(300);
  }

  @Test
  void of_more_bytes_than_may_wait_those_due_last_go_back() {
    Waiting waiting = new Waiting(new Room(100, 10 * held("m", 1_000).bytes()));
    long now = System.nanoTime();
    for (int i = 1; i <= 11; i++) {
      waiting.add(held("m", 1_000), Waiting.after(now, Duration.ofSeconds(i)));
      assertThat(waiting.isFull()).isEqualTo(i >= 10);
    }
    assertThat(waiting.takeExcess(now)).hasSize(1).containsOnlyKeys(Duration.ofSeconds(11));

    Held longest = held("longest", 5_000);
    waiting.add(longest, now);
    Map<Duration, List<Held>> excess = waiting.takeExcess(now);
    assertThat(excess.keySet())
        .containsExactlyElementsOf(
            IntStream.of(10, 9, 8, 7, 6).mapToObj(Duration::ofSeconds).toList());
    assertThat(waiting.isFull()).isFalse();
    assertThat(waiting.pollDue(10, now)).containsExactly(longest);
    assertThat(waiting.drain(now)).hasSize(5);
    assertThat(waiting.takeExcess(now)).isEmpty();
  }

  @Test
  void what_waits_behind_others_of_its_key_is_bounded_by_bytes_too() {
    OrderedLines lines = new OrderedLines(new Room(1_000, 9 * held("m0", 1_000).bytes()));
    for (int i = 0; i <= 9; i++) {
      assertThat(lines.isFull()).isFalse();
      lines.admits(held("m" + i, 1_000));
    }
    assertThat(lines.isFull()).isTrue();
    lines.leave(held("m4", 1_000));
    assertThat(lines.isFull()).isFalse();
    assertThat(lines.all()).extracting(Held::ackId).containsExactly("m1", "m2", "m3");
  }

  @Test
  void a_lease_that_the_keeper_shortened_meanwhile_is_said_once_more() throws Exception {
    FakePubSub pubSub = deploy("pubsub.lease=4s").pubSub;
    List<Delivery> taken = deployment.take("a");
    CountDownLatch extended = new CountDownLatch(1);
    pubSub.modifying =
        request -> {
          if (request.getAckDeadlineSeconds() > 4) {
            Uninterruptibles.awaitUninterruptibly(extended);
          }
          return null;
        };
    CompletableFuture<Void> scheduling =
        CompletableFuture.runAsync(() -> schedule(taken, Duration.ofMinutes(5)));
    await(() -> leases().contains(309));
    // As the keeper does, for it does not know yet that somebody schedules.
    assertThat(deployment.queue().extend(taken)).isEmpty();
    extended.countDown();
    scheduling.get();

    await(() -> leases().get(leases().size() - 1) >= 300);
  }

  @Test
  void a_broker_whose_clock_is_ahead_makes_no_retry_wait_longer_than_it_was_to() {
    Instant now = Instant.now();
    for (long ahead : new long[] {-20, 0, 3_600}) {
      assertThat(
              Messages.untilDue(
                  body("{}")
                      .putAttributes("batch-retry-delay-ms", "30000")
                      .setPublishTime(
                          Timestamp.newBuilder()
                              .setSeconds(now.getEpochSecond() + ahead)
                              .setNanos(now.getNano()))
                      .build(),
                  now))
          .isEqualTo(Duration.ofSeconds(30 + Math.min(0, ahead)));
    }
  }

  private FakeDeployment deploy(String... settings) {
    deployment = new FakeDeployment(settings);
    return deployment;
  }

  private RetryQueue retries() {
    return deployment.transport().retryQueue();
  }

  private void schedule(List<Delivery> deliveries, Duration delay) {
    assertThat(
            retries().schedule(deliveries.stream().map(one -> new Retry(one, delay, 2)).toList()))
        .isEmpty();
  }

  private List<Delivery> requests(int count) throws Exception {
    List<Delivery> taken = new ArrayList<>();
    String[] ackIds =
        IntStream.range(0, count).mapToObj(i -> Instant.now() + "-" + i).toArray(String[]::new);
    deployment.pubSub.deliver("{}", ackIds);
    while (taken.size() < count) {
      taken.addAll(take(deployment.queue(), Math.min(1_000, count - taken.size())));
    }
    return taken;
  }

  private List<Integer> leases() {
    return deployment.pubSub.modifications.stream()
        .map(ModifyAckDeadlineRequest::getAckDeadlineSeconds)
        .toList();
  }

  private static void await(Callable<Boolean> condition) {
    Awaitility.await().atMost(LONG).until(condition);
  }

  /** A hundred that are due in about so many seconds go back in one call. */
  private void awaitPutOff(int seconds) {
    await(
        () ->
            deployment.pubSub.modifications.stream()
                .filter(request -> request.getAckDeadlineSeconds() <= seconds)
                .filter(request -> request.getAckDeadlineSeconds() > seconds - 30)
                .map(ModifyAckDeadlineRequest::getAckIdsCount)
                .toList()
                .equals(List.of(100)));
  }

  private static Held held(String ackId, int bytes) {
    ReceivedMessage received = message(ackId, body("x".repeat(bytes)).setOrderingKey("key"));
    Source source = new Source("q", REQUESTS, null, Duration.ofSeconds(60), false, true, false);
    return new Messages(new Returned()).request(source, (held, acknowledged) -> {}, received);
  }
}
