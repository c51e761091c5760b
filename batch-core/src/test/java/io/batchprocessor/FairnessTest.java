package io.batchprocessor;

import static org.assertj.core.api.Assertions.assertThat;

import io.batchprocessor.memory.MemoryTransport;
import io.batchprocessor.message.Bytes;
import io.batchprocessor.message.ErrorCode;
import io.batchprocessor.message.RequestMessage;
import io.batchprocessor.message.ResultMessage;
import io.batchprocessor.spi.Backlog;
import io.batchprocessor.spi.DispatchGate;
import io.batchprocessor.spi.Permit;
import io.batchprocessor.spi.RequestView;
import io.batchprocessor.spi.Verdict;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Tenants of one queue, from the broker to the gateway. */
class FairnessTest extends EngineBench {

  private final MemoryTransport large =
      opened(MemoryTransport.builder().queues("q").capacity(20_000).build());

  private static RequestMessage request(String tenant, int number) {
    return request(tenant, number, Duration.ofHours(1));
  }

  private static RequestMessage request(String tenant, int number, Duration timeLeft) {
    return Samples.builder(tenant + number, Instant.now().plus(timeLeft))
        .metadata("tenant", tenant)
        .payload("{\"prompt\":\"hi\",\"max_tokens\":100}")
        .build();
  }

  private void submit(String tenant, int from, int to) {
    List<Bytes> messages = new ArrayList<>();
    for (int i = from; i < to; i++) {
      messages.add(request(tenant, i).toJson());
    }
    large.submit("q", messages);
  }

  private BatchProcessor start(QueueOrder order, DispatchGate gate) {
    return start(
        large,
        with -> with.concurrency(4).queue(QueueConfig.of("q").withOrder(order)).gate(() -> gate));
  }

  private List<String> sent() {
    return gateway.exchanges().stream().map(FakeGateway.Exchange::id).toList();
  }

  private void answerAll() {
    gateway.answering(request -> FakeGateway.answer(200, "{}"));
  }

  private int sentBefore(String last) {
    return sent().indexOf(last) + 1;
  }

  /**
   * Lets nobody go, or everybody but some; without a word about whom else, unless it is told to.
   */
  private static final class TenantGate implements DispatchGate {
    private final boolean alone;
    private volatile Set<String> over;
    private volatile boolean shut;
    private volatile @Nullable String opensFor;
    private final AtomicInteger asked = new AtomicInteger();

    TenantGate(boolean alone, String... over) {
      this.alone = alone;
      this.over = Set.of(over);
    }

    @Override
    public String name() {
      return "tenants";
    }

    @Override
    public Verdict tryAcquire(RequestView request) {
      asked.incrementAndGet();
      String tenant = request.message().metadata().getOrDefault("tenant", "");
      shut = shut && !tenant.equals(opensFor);
      return shut || over.contains(tenant)
          ? new Verdict.Wait(Duration.ofMillis(20), alone)
          : new Verdict.Go(Permit.UNCOUNTED);
    }

    @Override
    public double budget() {
      return 1;
    }
  }

  private void floodAround50(QueueOrder order, int inAll) {
    answerAll();
    TenantGate gate = new TenantGate(false);
    gate.shut = true;
    submit("a", 0, 900);
    submit("b", 0, 50);
    submit("a", 900, inAll);
    BatchProcessor processor = start(order, gate);
    eventually().until(() -> processor.stats().buffered() == Math.min(1_000, order.window(4)));
    gate.opensFor = "a";
    eventually().until(() -> processor.stats().succeeded() == inAll + 50);
    assertThat(sent()).hasSize(inAll + 50).doesNotHaveDuplicates();
  }

  @Test
  void fifty_requests_behind_a_flood_do_not_wait_for_it() {
    floodAround50(QueueOrder.BY_ARRIVAL.fairBy("tenant"), 10_000);

    // Each costs 108 tokens, so that a turn has 9 or 10: five or six turns of each.
    assertThat(sentBefore("b49")).isBetween(60, 115);
  }

  @Test
  void without_the_setting_they_wait() {
    floodAround50(QueueOrder.BY_ARRIVAL, 1_000);

    assertThat(sentBefore("b0")).isEqualTo(901);
    assertThat(sentBefore("b49")).isEqualTo(950);
  }

  @Test
  void a_tenant_over_its_quota_holds_up_nobody_else() {
    answerAll();
    TenantGate gate = new TenantGate(false, "a");
    submit("a", 0, 200);
    submit("b", 0, 50);
    submit("c", 0, 50);
    BatchProcessor processor = start(QueueOrder.BY_ARRIVAL.fairBy("tenant"), gate);

    eventually().until(() -> processor.stats().succeeded() == 100);
    assertThat(sent()).noneMatch(id -> id.startsWith("a"));
    assertThat(processor.stats().released()).as("they stay where they are").isZero();

    gate.over = Set.of();
    eventually().until(() -> processor.stats().succeeded() == 300);
    assertThat(sent()).hasSize(300).doesNotHaveDuplicates();
  }

  @Test
  void not_even_one_whose_requests_fill_the_window() {
    answerAll();
    TenantGate gate = new TenantGate(true, "a");
    submit("a", 0, 600);
    submit("b", 0, 50);
    BatchProcessor processor = start(QueueOrder.BY_ARRIVAL.fairBy("tenant").withWindow(200), gate);

    eventually().until(() -> processor.stats().succeeded() == 50);

    assertThat(sent()).allMatch(id -> id.startsWith("b"));
    assertThat(processor.stats().released()).isPositive();
    gate.over = Set.of();
    eventually().until(() -> processor.stats().succeeded() == 650);
    assertThat(sent()).hasSize(650).doesNotHaveDuplicates();
    assertThat(results(650)).allMatch(result -> result.attempts() == 1);
  }

  /** What a gate says about all is no reason to send messages back and forth. */
  @Test
  void a_gate_that_is_closed_for_all_leaves_everything_where_it_is() {
    TenantGate gate = new TenantGate(false, "a");
    submit("a", 0, 600);
    BatchProcessor processor = start(QueueOrder.BY_ARRIVAL.fairBy("tenant").withWindow(200), gate);
    eventually().until(() -> processor.stats().buffered() == 200);

    int asked = gate.asked.get();
    eventually().until(() -> gate.asked.get() > asked + 30);

    assertThat(processor.stats().released()).isZero();
    assertThat(waiting()).isEqualTo(400);
  }

  @Test
  void what_waits_in_the_middle_can_be_cancelled_expires_and_is_handed_back() throws Exception {
    TenantGate gate = new TenantGate(false, "a");
    submit("a", 0, 20);
    large.submit("q", List.of(request("a", 20, Duration.ofMillis(1_500)).toJson()));
    submit("a", 21, 40);
    BatchProcessor processor =
        start(QueueOrder.BY_ARRIVAL.fairBy("tenant").byPrefix(8).withWindow(40), gate);
    eventually().until(() -> processor.stats().buffered() == 40);

    assertThat(processor.cancel("a7")).isTrue();
    eventually().until(() -> processor.stats().errors(ErrorCode.CANCELLED) == 1);
    eventually().until(() -> processor.stats().errors(ErrorCode.DEADLINE_EXCEEDED) == 1);
    processor.pause();
    eventually().until(() -> processor.stats().buffered() == 0 && waiting() == 38);
    gate.over = Set.of();
    answerAll();
    processor.resume();
    eventually().until(() -> processor.stats().succeeded() == 38);

    assertThat(sent()).hasSize(38).doesNotHaveDuplicates().doesNotContain("a7", "a20");
    assertThat(results(40).stream().map(ResultMessage::id).collect(Collectors.toSet())).hasSize(40);
  }

  @Test
  void requests_whose_prompts_begin_alike_reach_the_gateway_one_after_another() {
    answerAll();
    TenantGate gate = new TenantGate(false);
    gate.shut = true;
    Instant deadline = Instant.now().plus(Duration.ofHours(1));
    for (int i = 0; i < 200; i++) {
      String chat =
          "{\"messages\":[{\"role\":\"system\",\"content\":\"Part %d\"},{\"role\":\"user\",\"content\":\"%d\"}]}"
              .formatted(i % 5, i);
      large.submit("q", List.of(Samples.builder("r" + i, deadline).payload(chat).build().toJson()));
    }
    BatchProcessor processor = start(QueueOrder.BY_ARRIVAL.byPrefix(64), gate);
    eventually().until(() -> processor.stats().buffered() == 200);
    gate.shut = false;
    eventually().until(() -> processor.stats().succeeded() == 200);

    List<Integer> parts = sent().stream().map(id -> Integer.parseInt(id.substring(1)) % 5).toList();
    int changes = 0;
    for (int i = 1; i < parts.size(); i++) {
      changes += parts.get(i).equals(parts.get(i - 1)) ? 0 : 1;
    }
    assertThat(changes).as("in place of 199").isEqualTo(4);
  }

  @Test
  void a_tenant_whose_requests_all_fail_takes_no_more_than_its_turns() {
    gateway.answering(
        request ->
            request.headers().get("Idempotency-Key").startsWith("a")
                ? FakeGateway.answer(500, "{}")
                : FakeGateway.answer(200, "{}"));
    submit("a", 0, 500);
    submit("b", 0, 300);
    BatchProcessor processor = start(QueueOrder.BY_ARRIVAL.fairBy("tenant"), new OpenGate());

    eventually().until(() -> processor.stats().succeeded() == 300);
  }

  private long waiting() {
    return large.backlogs().stream()
        .filter(backlog -> backlog.queue().equals("q"))
        .mapToLong(Backlog::waiting)
        .sum();
  }

  private List<ResultMessage> results(int count) {
    List<ResultMessage> results = new ArrayList<>();
    eventually()
        .until(
            () -> {
              large
                  .takeResults(count, Duration.ofMillis(10))
                  .forEach(json -> results.add(ResultMessage.parse(json)));
              return results.size() >= count;
            });
    return results;
  }
}
