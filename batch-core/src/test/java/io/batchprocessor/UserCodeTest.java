package io.batchprocessor;

import static org.assertj.core.api.Assertions.assertThat;

import io.batchprocessor.memory.MemoryTransport;
import io.batchprocessor.message.ErrorCode;
import io.batchprocessor.message.ResultMessage;
import io.batchprocessor.spi.AttemptOutcome;
import io.batchprocessor.spi.BatchListener;
import io.batchprocessor.spi.DispatchGate;
import io.batchprocessor.spi.MergePolicy;
import io.batchprocessor.spi.Permit;
import io.batchprocessor.spi.QueueView;
import io.batchprocessor.spi.RequestView;
import io.batchprocessor.spi.Verdict;
import java.lang.reflect.Proxy;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Policies, gates, strategies, clients and listeners that throw or answer nonsense. */
class UserCodeTest extends EngineBench {

  /** What user code may do in place of its work. */
  static Stream<Supplier<Object>> faults() {
    return Stream.of(
        new Throwing(new IllegalStateException("boom")),
        new Throwing(new AssertionError("not expected")),
        new Throwing(new NoSuchMethodError("built against another version")),
        new Throwing(new Exception("checked, out of another language")),
        new Nothing());
  }

  private record Throwing(Throwable failure) implements Supplier<Object> {

    @Override
    public Object get() {
      Throwing.<RuntimeException>sneak(failure);
      throw new IllegalStateException("unreachable");
    }

    /** Throws as other JVM languages do: what it throws is not declared. */
    @SuppressWarnings({"unchecked", "TypeParameterUnusedInFormals"})
    private static <T extends Throwable> void sneak(Throwable failure) throws T {
      throw (T) failure;
    }
  }

  private static void strike(Supplier<Object> fault) {
    assertThat(fault.get()).isNull();
  }

  private record Nothing() implements Supplier<Object> {

    @Override
    public Object get() {
      return null;
    }
  }

  private void assertAllSucceed(MemoryTransport transport) {
    List<CompletableFuture<ResultMessage>> submitted = new ArrayList<>();
    transport
        .requestQueues()
        .forEach(
            queue ->
                IntStream.range(0, 20)
                    .mapToObj(
                        i -> transport.submit(queue.name(), Samples.request(queue.name() + i)))
                    .forEach(submitted::add));
    assertThat(resultsOf(submitted)).hasSizeGreaterThan(10).allMatch(ResultMessage::isSuccess);
  }

  @ParameterizedTest
  @MethodSource("faults")
  void a_merge_policy_that_fails_is_survived_and_counted(Supplier<Object> fault) {
    MemoryTransport two = opened(MemoryTransport.builder().queues("a", "b").build());
    gateway.answering(request -> FakeGateway.answer(200, "{}"));
    BatchProcessor processor =
        start(two, with -> with.mergePolicy(() -> queues -> (QueueView) fault.get()));

    assertAllSucceed(two);
    assertThat(processor.stats().userCodeFailures()).isGreaterThanOrEqualTo(20);
  }

  @Test
  void a_merge_policy_that_picks_an_empty_or_a_foreign_queue_is_survived_and_counted() {
    MemoryTransport two = opened(MemoryTransport.builder().queues("a", "b").build());
    gateway.answering(request -> FakeGateway.answer(200, "{}"));
    MergePolicy empty =
        queues ->
            queues.stream()
                .filter(queue -> queue.buffered() == 0)
                .map(QueueView.class::cast)
                .findFirst()
                .orElseGet(() -> Samples.buffer("foreign"));
    BatchProcessor processor = start(two, with -> with.mergePolicy(() -> empty));

    assertAllSucceed(two);
    assertThat(processor.stats().userCodeFailures()).isPositive();
  }

  private DispatchGate gate(Supplier<Verdict> verdict, Supplier<Double> budget, Runnable close) {
    return new DispatchGate() {
      @Override
      public String name() {
        return "faulty";
      }

      @Override
      public Verdict tryAcquire(RequestView request) {
        return verdict.get();
      }

      @Override
      public double budget() {
        return budget.get();
      }

      @Override
      public void close() {
        close.run();
      }
    };
  }

  private static final Verdict GO = new Verdict.Go(Permit.UNCOUNTED);

  @ParameterizedTest
  @MethodSource("faults")
  void a_gate_that_fails_makes_the_request_wait_and_is_asked_again(Supplier<Object> fault) {
    AtomicInteger asked = new AtomicInteger();
    gateway.answering(request -> FakeGateway.answer(200, "{}"));
    BatchProcessor processor =
        start(
            with ->
                with.gate(
                    () ->
                        gate(
                            () -> asked.incrementAndGet() == 1 ? (Verdict) fault.get() : GO,
                            () -> 1.0,
                            () -> strike(fault))));

    assertThat(resultOf(queues.submit(Samples.request("r"))).isSuccess()).isTrue();
    assertThat(asked).hasValue(2);
    assertThat(processor.stats().userCodeFailures()).isEqualTo(1);
    processor.close();
  }

  @ParameterizedTest
  @MethodSource("faults")
  void a_gate_whose_budget_or_permit_fails_counts_as_open(Supplier<Object> fault) {
    gateway.answering(request -> FakeGateway.answer(200, "{}"));
    BatchProcessor processor =
        start(
            with ->
                with.gate(
                    () ->
                        gate(
                            () -> new Verdict.Go(outcome -> strike(fault)),
                            () -> (Double) fault.get(),
                            () -> {})));

    assertAllSucceed(queues);
    eventually().until(() -> processor.stats().inFlight() == 0);
    assertThat(processor.stats().userCodeFailures()).isPositive();
  }

  @Test
  void a_budget_that_is_none_counts_as_open() {
    gateway.answering(request -> FakeGateway.answer(200, "{}"));
    for (double nonsense : new double[] {Double.NaN, -1, 7, Double.POSITIVE_INFINITY}) {
      BatchProcessor processor =
          start(with -> with.gate(() -> gate(() -> GO, () -> nonsense, () -> {})));
      assertAllSucceed(queues);
      assertThat(processor.stats().userCodeFailures()).isPositive();
      processor.close();
    }
  }

  @ParameterizedTest
  @MethodSource("faults")
  void a_backoff_strategy_that_fails_gives_way_to_the_default(Supplier<Object> fault) {
    BatchProcessor processor = start(with -> with.backoff(context -> (Duration) fault.get()));
    CompletableFuture<ResultMessage> submitted = queues.submit(Samples.request("r"));
    gateway.awaitExchange(1).answer(503, "{}");

    eventually().until(() -> recorder.eventsOf("r").contains("retryScheduled"));

    assertThat(processor.stats().userCodeFailures()).isEqualTo(1);
    processor.cancel("r");
    assertThat(resultOf(submitted).errorCode()).contains(ErrorCode.CANCELLED);
  }

  @Test
  void a_negative_backoff_gives_way_to_the_default() {
    BatchProcessor processor = start(with -> with.backoff(context -> Duration.ofSeconds(-1)));
    enqueue(Samples.request("r"));
    gateway.awaitExchange(1).answer(503, "{}");

    eventually().until(() -> recorder.eventsOf("r").contains("retryScheduled"));
    assertThat(processor.stats().userCodeFailures()).isEqualTo(1);
  }

  @ParameterizedTest
  @MethodSource("faults")
  void a_listener_that_fails_changes_nothing_and_the_others_are_told(Supplier<Object> fault) {
    gateway.answering(
        request -> FakeGateway.answer(gateway.exchanges().size() % 2 == 0 ? 503 : 200, "{}"));
    BatchListener faulty =
        (BatchListener)
            Proxy.newProxyInstance(
                BatchListener.class.getClassLoader(),
                new Class<?>[] {BatchListener.class},
                (proxy, method, arguments) ->
                    method.getDeclaringClass() == Object.class
                        ? method.invoke(fault, arguments)
                        : fault.get());
    List<String> told = new ArrayList<>();
    BatchProcessor processor =
        build(
            queues,
            with ->
                with.listener(faulty)
                    .listener(
                        new BatchListener() {
                          @Override
                          public void attempted(RequestView request, AttemptOutcome outcome) {
                            synchronized (told) {
                              told.add(request.message().id());
                            }
                          }
                        }));
    processor.start();

    assertAllSucceed(queues);
    processor.close();

    assertThat(told).hasSizeGreaterThanOrEqualTo(20);
    if (fault instanceof Throwing) {
      assertThat(processor.stats().userCodeFailures()).isGreaterThan(80);
    }
    assertThat(processor.stats().inFlight()).isZero();
  }

  @ParameterizedTest
  @MethodSource("faults")
  void a_client_that_fails_is_like_a_gateway_that_is_not_there(Supplier<Object> fault) {
    AtomicInteger sent = new AtomicInteger();
    if (fault instanceof Throwing throwing && throwing.failure().getMessage().contains("checked")) {
      return; // No client of ours can, and no compiler lets it through.
    }
    gateway.answering(
        request -> {
          if (sent.incrementAndGet() == 1) {
            strike(fault);
            return null;
          }
          return FakeGateway.answer(200, "{}");
        });
    BatchProcessor processor = start(with -> with.concurrency(1));

    ResultMessage result = resultOf(queues.submit(Samples.request("r")));

    assertThat(result.isSuccess()).isTrue();
    assertThat(result.attempts()).isEqualTo(2);
    eventually().until(() -> processor.stats().inFlight() == 0);
  }

  @Test
  void a_listener_that_interrupts_its_thread_does_not_make_it_spin() {
    gateway.answering(request -> FakeGateway.answer(200, "{}"));
    start(
        with ->
            with.listener(
                new BatchListener() {
                  @Override
                  public void received(RequestView request) {
                    Thread.currentThread().interrupt();
                  }

                  @Override
                  public void dispatched(RequestView request) {
                    Thread.currentThread().interrupt();
                  }

                  @Override
                  public void finished(RequestView request, ResultMessage result) {
                    Thread.currentThread().interrupt();
                  }
                }));

    assertAllSucceed(queues);
    eventually()
        .until(
            () ->
                Thread.getAllStackTraces().keySet().stream()
                    .filter(thread -> thread.getName().startsWith("batch-"))
                    .noneMatch(Thread::isInterrupted));
  }
}
