package io.batchprocessor;

import static org.assertj.core.api.Assertions.assertThat;

import io.batchprocessor.message.Bytes;
import io.batchprocessor.message.ErrorCode;
import io.batchprocessor.message.ResultMessage;
import io.batchprocessor.spi.AttemptOutcome;
import io.batchprocessor.spi.BatchListener;
import io.batchprocessor.spi.Delivery;
import io.batchprocessor.spi.PoolView;
import io.batchprocessor.spi.ProcessorView;
import io.batchprocessor.spi.RequestView;
import io.batchprocessor.spi.Verdict;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** What listeners may rely on, by the numbers of their contract. */
class ListenerRulesTest extends EngineBench {

  private final Noting noting = new Noting();

  /** Keeps what it is told of. */
  private static final class Noting implements BatchListener {
    private final List<String> events = Collections.synchronizedList(new ArrayList<>());
    private final List<RequestView> views = Collections.synchronizedList(new ArrayList<>());
    private final List<ResultMessage> refusals = Collections.synchronizedList(new ArrayList<>());
    private volatile ProcessorView processor;
    private volatile long bufferedNanos = -1;

    @Override
    public void starting(ProcessorView view) {
      events.add("starting");
      processor = view;
    }

    @Override
    public void received(RequestView request) {
      events.add("received");
      assertThat(request.bufferedNanos()).isZero();
      views.add(request);
    }

    @Override
    public void dispatched(RequestView request) {
      views.add(request);
      bufferedNanos = request.bufferedNanos();
    }

    @Override
    public void attempted(RequestView request, AttemptOutcome outcome) {
      views.add(request);
    }

    @Override
    public void retryScheduled(RequestView request, Duration delay) {
      views.add(request);
    }

    @Override
    public void finished(RequestView request, ResultMessage result) {
      views.add(request);
    }

    @Override
    public void refused(Delivery delivery, ResultMessage result) {
      refusals.add(result);
    }
  }

  @Test
  void rule_1103_starting_comes_first_once() {
    gateway.answering(request -> FakeGateway.answer(200, "{}"));
    enqueue(Samples.request("waits already"));
    start(with -> with.listener(noting).name("mine").concurrency(3));
    // Received, dispatched, attempted, finished.
    eventually().until(() -> noting.views.size() == 4);

    assertThat(noting.events).startsWith("starting").containsOnlyOnce("starting");
    assertThat(noting.processor.name()).isEqualTo("mine");
    PoolView pool = noting.processor.pools().get(0);
    assertThat(pool.name()).isEqualTo("default");
    assertThat(pool.queues()).containsExactly("requests");
    assertThat(pool.concurrency()).isEqualTo(3);
    eventually().until(() -> pool.inFlight() == 0);
    assertThat(pool.buffered("requests")).isZero();
    assertThat(pool.buffered("another")).isZero();
    assertThat(pool.gate().decisions(Verdict.Kind.GO)).isEqualTo(1);
    assertThat(noting.processor.backlogReporter()).containsSame(queues);
  }

  @Test
  void rule_1104_one_delivery_is_one_object() {
    Instant before = Instant.now();
    start(with -> with.listener(noting));
    CompletableFuture<ResultMessage> submitted = queues.submit(Samples.request("r"));
    gateway.awaitExchange(1).answer(503, "{}");
    gateway.awaitExchange(2).answer(200, "{}");
    assertThat(resultOf(submitted).isSuccess()).isTrue();
    eventually().until(() -> noting.views.size() == 8);

    // The retry may be received before it is told that it was scheduled.
    Map<Integer, List<RequestView>> byAttempt =
        List.copyOf(noting.views).stream().collect(Collectors.groupingBy(RequestView::attempt));
    for (int attempt = 1; attempt <= 2; attempt++) {
      List<RequestView> views = byAttempt.get(attempt);
      assertThat(views).hasSize(4).allMatch(view -> view == views.get(0));
    }
    assertThat(byAttempt.get(1).get(0).enqueuedAt().orElseThrow())
        .isBetween(before.minusSeconds(1), Instant.now().plusSeconds(1));
    assertThat(noting.bufferedNanos).isBetween(1L, PATIENCE.toNanos());
  }

  @Test
  void a_message_that_cannot_be_understood_is_told_of_with_its_result() {
    start(with -> with.listener(noting));
    queues.submit("requests", List.of(Bytes.utf8("{\"id\":\"x\",\"deadline\":\"soon\"}")));

    eventually().until(() -> noting.refusals.size() == 1);
    assertThat(noting.refusals.get(0).id()).isEqualTo("x");
    assertThat(noting.refusals.get(0).errorCode()).contains(ErrorCode.INVALID_REQUEST);
  }
}
