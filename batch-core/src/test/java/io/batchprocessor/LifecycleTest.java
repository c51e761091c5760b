package io.batchprocessor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.batchprocessor.memory.MemoryTransport;
import io.batchprocessor.message.ResultMessage;
import io.batchprocessor.spi.AttemptOutcome;
import io.batchprocessor.spi.BatchListener;
import io.batchprocessor.spi.InferenceClient;
import io.batchprocessor.spi.InferenceClientContext;
import io.batchprocessor.spi.InferenceClientProvider;
import io.batchprocessor.spi.InferenceRequest;
import io.batchprocessor.spi.InferenceResponse;
import io.batchprocessor.spi.ProcessorState;
import io.batchprocessor.spi.ProcessorView;
import io.batchprocessor.spi.QueueProvider;
import io.batchprocessor.spi.RequestView;
import io.batchprocessor.spi.Settings;
import io.batchprocessor.spi.Transport;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

class LifecycleTest extends EngineBench {

  private static Set<String> threadsOf(String processor) {
    return Thread.getAllStackTraces().keySet().stream()
        .map(Thread::getName)
        .filter(name -> name.startsWith(processor + "-"))
        .collect(Collectors.toSet());
  }

  private static CompletableFuture<Void> inBackground(Runnable action) {
    CompletableFuture<Void> done = new CompletableFuture<>();
    Thread thread =
        new Thread(
            () -> {
              try {
                action.run();
                done.complete(null);
              } catch (RuntimeException | Error e) {
                done.completeExceptionally(e);
              }
            });
    thread.setDaemon(true);
    thread.start();
    return done;
  }

  @Test
  void a_processor_starts_once() {
    BatchProcessor processor = start(EngineBench::asItIs);

    assertThat(processor.state()).isEqualTo(ProcessorState.RUNNING);
    assertThatThrownBy(processor::start)
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("RUNNING");
    processor.close();
    assertThatThrownBy(processor::start)
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("CLOSED");
  }

  @Test
  void close_before_start_opens_nothing() {
    AtomicInteger opened = new AtomicInteger();
    QueueProvider provider =
        new QueueProvider() {
          @Override
          public String id() {
            return "counted";
          }

          @Override
          public Transport open(Settings settings) {
            opened.incrementAndGet();
            return MemoryTransport.builder().build();
          }
        };
    BatchProcessor processor =
        BatchProcessor.builder()
            .queueProvider(provider)
            .endpoint(Samples.ENDPOINT)
            .inferenceClient(gateway)
            .listener(recorder)
            .build();

    processor.close();

    assertThat(processor.state()).isEqualTo(ProcessorState.CLOSED);
    assertThat(opened).hasValue(0);
    assertThat(recorder.events()).containsExactly("NEW->CLOSED");
    assertThat(processor.cancel("anything")).isFalse();
    assertThat(processor.health().healthy()).isFalse();
  }

  @Test
  void close_when_idle_ends_every_thread_and_repeating_it_is_harmless() {
    BatchProcessor processor = start(with -> with.name("idle"));
    assertThat(threadsOf("idle"))
        .containsExactlyInAnyOrder(
            "idle-dispatcher",
            "idle-settler",
            "idle-lease-keeper",
            "idle-intake-requests",
            "idle-intake-retry");

    processor.close(Duration.ofHours(1));

    assertThat(threadsOf("idle")).isEmpty();
    assertThat(gateway.isClosed()).isTrue();
    processor.close(Duration.ofHours(1));
    processor.close();
    assertThat(recorder.events())
        .containsExactly("NEW->RUNNING", "RUNNING->DRAINING", "DRAINING->CLOSED");
  }

  @Test
  void a_transport_that_was_given_is_not_closed_and_one_that_was_opened_is() {
    start(EngineBench::asItIs).close();
    assertThat(queues.health().healthy()).isTrue();

    MemoryTransport own = MemoryTransport.builder().build();
    BatchProcessor processor =
        opened(
            BatchProcessor.builder()
                .queueProvider(provider(own))
                .endpoint(Samples.ENDPOINT)
                .inferenceClient(gateway)
                .build());
    processor.start();
    processor.close(Duration.ZERO);
    assertThat(own.health().healthy()).isFalse();
  }

  private static QueueProvider provider(Transport transport) {
    return new QueueProvider() {
      @Override
      public String id() {
        return "given";
      }

      @Override
      public Transport open(Settings settings) {
        return transport;
      }
    };
  }

  @Test
  void what_is_in_flight_may_finish_while_draining() throws Exception {
    BatchProcessor processor = start(with -> with.concurrency(1));
    CompletableFuture<ResultMessage> inFlight = queues.submit(Samples.request("in-flight"));
    CompletableFuture<ResultMessage> buffered = queues.submit(Samples.request("buffered"));
    FakeGateway.Exchange exchange = gateway.awaitExchange(1);
    eventually().until(() -> processor.stats().buffered() == 1);

    CompletableFuture<Void> closing = inBackground(() -> processor.close(Duration.ofMinutes(5)));
    eventually().until(() -> recorder.eventsOf("buffered").contains("released"));
    assertThat(processor.state()).isEqualTo(ProcessorState.DRAINING);
    assertThat(closing).isNotDone();
    CompletableFuture<Void> second = inBackground(processor::close);
    exchange.answer(200, "{}");

    assertThat(closing).succeedsWithin(PATIENCE);
    assertThat(second).succeedsWithin(PATIENCE);
    assertThat(resultOf(inFlight).isSuccess()).isTrue();
    assertThat(buffered).isNotDone();
    assertThat(gateway.exchanges()).hasSize(1);
    assertThat(queues.backlogs().get(0).waiting()).isEqualTo(1);
  }

  @Test
  void what_does_not_finish_in_time_goes_back_with_its_attempt_not_counted() {
    BatchProcessor processor = start(EngineBench::asItIs);
    CompletableFuture<ResultMessage> submitted = queues.submit(Samples.request("r"));
    FakeGateway.Exchange exchange = gateway.awaitExchange(1);

    processor.close(Duration.ofMillis(20));

    assertThat(exchange.isAborted()).isTrue();
    assertThat(submitted).isNotDone();
    assertTold("r", "received", "dispatched", "attempted:ABORTED", "released");
    assertThat(queues.backlogs().get(0).waiting()).isEqualTo(1);

    gateway.answering(request -> FakeGateway.answer(200, "{}"));
    start(EngineBench::asItIs);
    assertThat(resultOf(submitted).attempts()).isEqualTo(1);
  }

  @Test
  void an_interrupt_ends_the_drain_and_stays_set() throws Exception {
    BatchProcessor processor = start(EngineBench::asItIs);
    enqueue(Samples.request("r"));
    gateway.awaitExchange(1);
    CompletableFuture<Boolean> flag = new CompletableFuture<>();
    Thread closer =
        new Thread(
            () -> {
              processor.close(Duration.ofHours(1));
              flag.complete(Thread.currentThread().isInterrupted());
            });
    closer.start();
    eventually().until(() -> processor.state() == ProcessorState.DRAINING);

    closer.interrupt();

    assertThat(flag).succeedsWithin(PATIENCE).isEqualTo(true);
    assertThat(processor.state()).isEqualTo(ProcessorState.CLOSED);
  }

  @Test
  void a_drain_for_ever_is_a_drain_and_a_negative_one_is_refused() {
    BatchProcessor processor = start(EngineBench::asItIs);

    assertThatThrownBy(() -> processor.close(Duration.ofMillis(-1)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("drain");
    assertThat(processor.state()).isEqualTo(ProcessorState.RUNNING);
    processor.close(ChronoUnit.FOREVER.getDuration());
    assertThat(processor.state()).isEqualTo(ProcessorState.CLOSED);
  }

  enum Event {
    RECEIVED,
    DISPATCHED,
    ATTEMPTED,
    FINISHED
  }

  /** Closes its processor at one of the events, each of which has its own thread. */
  private static final class Closing implements BatchListener {

    private final Event at;
    private volatile BatchProcessor processor;

    Closing(Event at) {
      this.at = at;
    }

    private void happened(Event event) {
      if (event == at) {
        processor.close(Duration.ofSeconds(10));
      }
    }

    @Override
    public void received(RequestView request) {
      happened(Event.RECEIVED);
    }

    @Override
    public void dispatched(RequestView request) {
      happened(Event.DISPATCHED);
    }

    @Override
    public void attempted(RequestView request, AttemptOutcome outcome) {
      happened(Event.ATTEMPTED);
    }

    @Override
    public void finished(RequestView request, ResultMessage result) {
      happened(Event.FINISHED);
    }
  }

  @ParameterizedTest
  @EnumSource
  void a_listener_may_close_its_processor(Event at) {
    gateway.answering(request -> FakeGateway.answer(200, "{}"));
    Closing closing = new Closing(at);
    BatchProcessor processor = build(queues, with -> with.name("self-" + at).listener(closing));
    closing.processor = processor;
    processor.start();
    enqueue(Samples.request("r-1"));
    enqueue(Samples.request("r-2"));

    eventually()
        .untilAsserted(() -> assertThat(processor.state()).isEqualTo(ProcessorState.CLOSED));
    eventually().untilAsserted(() -> assertThat(threadsOf("self-" + at)).isEmpty());
    Stats stats = processor.stats();
    assertThat(stats.received()).isEqualTo(stats.succeeded() + stats.released());
    assertThat(stats.userCodeFailures()).isZero();
  }

  @Test
  void a_listener_that_closes_while_another_thread_closes_does_not_deadlock() {
    CountDownLatch closing = new CountDownLatch(1);
    gateway.answering(request -> FakeGateway.answer(200, "{}"));
    BatchProcessor[] processor = new BatchProcessor[1];
    processor[0] =
        build(
            queues,
            with ->
                with.listener(
                    new BatchListener() {
                      @Override
                      public void stateChanged(ProcessorState from, ProcessorState to) {
                        if (to == ProcessorState.DRAINING) {
                          closing.countDown();
                        }
                      }

                      @Override
                      public void finished(RequestView request, ResultMessage result) {
                        try {
                          closing.await();
                        } catch (InterruptedException e) {
                          Thread.currentThread().interrupt();
                        }
                        processor[0].close();
                      }
                    }));
    processor[0].start();
    enqueue(Samples.request("r"));
    gateway.awaitExchange(1);

    assertThat(inBackground(() -> processor[0].close(Duration.ofSeconds(5))))
        .succeedsWithin(PATIENCE);
    assertThat(processor[0].state()).isEqualTo(ProcessorState.CLOSED);
    assertThat(processor[0].stats().succeeded()).isEqualTo(1);
  }

  enum Control {
    PAUSE,
    RESUME,
    CONCURRENCY;

    void of(BatchProcessor processor) {
      switch (this) {
        case PAUSE -> processor.pause();
        case RESUME -> processor.resume();
        case CONCURRENCY -> processor.concurrency(PoolConfig.DEFAULT, 1);
      }
    }
  }

  @ParameterizedTest
  @EnumSource
  void a_listener_that_asks_for_more_during_the_drain_is_told_no_and_does_not_deadlock(
      Control control) {
    CountDownLatch draining = new CountDownLatch(1);
    CompletableFuture<Throwable> answer = new CompletableFuture<>();
    gateway.answering(request -> FakeGateway.answer(200, "{}"));
    BatchProcessor[] processor = new BatchProcessor[1];
    processor[0] =
        build(
            queues,
            with ->
                with.listener(
                    new BatchListener() {
                      @Override
                      public void stateChanged(ProcessorState from, ProcessorState to) {
                        if (to == ProcessorState.DRAINING) {
                          draining.countDown();
                        }
                      }

                      @Override
                      public void finished(RequestView request, ResultMessage result) {
                        try {
                          draining.await();
                          answer.complete(catchThrowable(() -> control.of(processor[0])));
                        } catch (InterruptedException e) {
                          Thread.currentThread().interrupt();
                        }
                      }
                    }));
    processor[0].start();
    enqueue(Samples.request("r"));
    gateway.awaitExchange(1);

    assertThat(inBackground(() -> processor[0].close(Duration.ZERO))).succeedsWithin(PATIENCE);

    assertThat(answer.join())
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("DRAINING; it must be RUNNING");
    assertThat(processor[0].state()).isEqualTo(ProcessorState.CLOSED);
  }

  @ParameterizedTest
  @EnumSource
  void a_listener_may_close_its_processor_at_each_change_of_state(ProcessorState at) {
    BatchProcessor[] processor = new BatchProcessor[1];
    processor[0] =
        build(
            queues,
            with ->
                with.name("at-" + at)
                    .listener(
                        new BatchListener() {
                          @Override
                          public void starting(ProcessorView view) {
                            stateChanged(ProcessorState.NEW, ProcessorState.NEW);
                          }

                          @Override
                          public void stateChanged(ProcessorState from, ProcessorState to) {
                            if (to == at) {
                              processor[0].close(Duration.ZERO);
                            }
                          }
                        }));

    processor[0].start();
    processor[0].close(Duration.ZERO);

    assertThat(recorder.events())
        .containsExactly("NEW->RUNNING", "RUNNING->DRAINING", "DRAINING->CLOSED");
    assertThat(processor[0].stats().userCodeFailures()).isZero();
    eventually().untilAsserted(() -> assertThat(threadsOf("at-" + at)).isEmpty());
  }

  @Test
  void a_listener_that_asks_for_more_while_a_start_fails_does_not_deadlock() {
    AtomicInteger made = new AtomicInteger();
    CountDownLatch draining = new CountDownLatch(1);
    CompletableFuture<Throwable> answer = new CompletableFuture<>();
    BatchProcessor[] processor = new BatchProcessor[1];
    enqueue(Samples.request("r"));
    processor[0] =
        build(
            queues,
            with ->
                with.listener(
                        new BatchListener() {
                          @Override
                          public void stateChanged(ProcessorState from, ProcessorState to) {
                            if (to == ProcessorState.DRAINING) {
                              draining.countDown();
                            }
                          }

                          @Override
                          public void received(RequestView request) {
                            try {
                              draining.await();
                            } catch (InterruptedException e) {
                              // The stop interrupts the intake; it comes after the drain began.
                            }
                            answer.complete(catchThrowable(processor[0]::pause));
                          }
                        })
                    .threadFactory(
                        task -> {
                          if (made.incrementAndGet() == 5) {
                            eventually().until(() -> recorder.eventsOf("r").contains("received"));
                            throw new IllegalStateException("no more threads");
                          }
                          return new Thread(task);
                        }));

    CompletableFuture<Void> starting = inBackground(processor[0]::start);

    assertThat(starting).failsWithin(PATIENCE).withThrowableThat().withMessageContaining("no more");
    assertThat(answer.join()).isInstanceOf(IllegalStateException.class);
    assertThat(processor[0].state()).isEqualTo(ProcessorState.CLOSED);
  }

  @Test
  void concurrent_starts_and_closes_leave_nothing_behind() {
    for (int round = 0; round < 20; round++) {
      BatchProcessor processor = build(queues, with -> with.name("race"));
      CompletableFuture<Void> starting =
          inBackground(processor::start).exceptionally(alreadyClosed -> null);
      List<CompletableFuture<Void>> closing =
          List.of(
              inBackground(() -> processor.close(Duration.ZERO)),
              inBackground(() -> processor.close(Duration.ZERO)));
      assertThat(starting).succeedsWithin(PATIENCE);
      closing.forEach(each -> assertThat(each).succeedsWithin(PATIENCE));
      processor.close();
      assertThat(processor.state()).isEqualTo(ProcessorState.CLOSED);
      assertThat(threadsOf("race")).isEmpty();
    }
  }

  @Test
  void a_start_that_fails_half_way_leaves_no_thread_and_closes_what_it_opened() {
    AtomicInteger made = new AtomicInteger();
    MemoryTransport own = MemoryTransport.builder().build();
    BatchProcessor processor =
        opened(
            BatchProcessor.builder()
                .queueProvider(provider(own))
                .endpoint(Samples.ENDPOINT)
                .inferenceClient(gateway)
                .name("half")
                .threadFactory(
                    task -> {
                      if (made.incrementAndGet() == 4) {
                        throw new IllegalStateException("no more threads");
                      }
                      return new Thread(task);
                    })
                .build());

    assertThatThrownBy(processor::start).hasMessage("no more threads");

    assertThat(processor.state()).isEqualTo(ProcessorState.CLOSED);
    assertThat(threadsOf("half")).isEmpty();
    assertThat(own.health().healthy()).isFalse();
    assertThat(gateway.isClosed()).isTrue();
  }

  static Stream<Arguments> parts() {
    return Stream.of(
        part("gate's supplier of pool 'default'", with -> with.gate(() -> null)),
        part("gate's supplier of queue 'requests'", with -> with.queueGate("requests", () -> null)),
        part("merge policy's supplier of pool 'default'", with -> with.mergePolicy(() -> null)),
        part("transform's supplier of queue 'requests'", with -> with.transform(() -> null)),
        part("HTTP client 'none'", with -> with.inferenceClient(new NoClient())));
  }

  private static Arguments part(String name, UnaryOperator<BatchProcessorBuilder> missing) {
    return Arguments.of(name, missing);
  }

  private static final class NoClient implements InferenceClientProvider {

    @Override
    public String id() {
      return "none";
    }

    @Override
    public InferenceClient create(InferenceClientContext context) {
      return null;
    }
  }

  @ParameterizedTest
  @MethodSource("parts")
  void a_part_that_is_null_is_named_and_nothing_starts(
      String name, UnaryOperator<BatchProcessorBuilder> missing) {
    MemoryTransport own = MemoryTransport.builder().build();
    BatchProcessor processor =
        opened(
            missing
                .apply(
                    BatchProcessor.builder()
                        .queueProvider(provider(own))
                        .endpoint(Samples.ENDPOINT)
                        .name("partless")
                        .inferenceClient(gateway))
                .build());

    assertThatThrownBy(processor::start)
        .isInstanceOf(NullPointerException.class)
        .hasMessageEndingWith(name + " gave null");

    assertThat(processor.state()).isEqualTo(ProcessorState.CLOSED);
    assertThat(own.health().healthy()).isFalse();
    assertThat(threadsOf("partless")).isEmpty();
  }

  @Test
  void a_transport_that_is_null_is_named_and_nothing_starts() {
    BatchProcessor processor =
        opened(
            BatchProcessor.builder()
                .queueProvider(provider(null))
                .endpoint(Samples.ENDPOINT)
                .inferenceClient(gateway)
                .build());

    assertThatThrownBy(processor::start).hasMessage("queue provider 'given' gave null");

    assertThat(processor.state()).isEqualTo(ProcessorState.CLOSED);
  }

  @Test
  void a_broker_that_can_not_be_reached_is_told_to_who_starts() {
    BatchProcessor processor =
        opened(
            BatchProcessor.builder()
                .queueProvider(
                    new QueueProvider() {
                      @Override
                      public String id() {
                        return "down";
                      }

                      @Override
                      public Transport open(Settings settings) {
                        throw new IllegalStateException("broker is not there");
                      }
                    })
                .endpoint(Samples.ENDPOINT)
                .inferenceClient(gateway)
                .build());

    assertThatThrownBy(processor::start).hasMessage("broker is not there");
    assertThat(processor.state()).isEqualTo(ProcessorState.CLOSED);
    assertThat(processor.stats().received()).isZero();
  }

  @Test
  void a_client_that_fails_to_close_does_not_keep_the_processor_open() {
    FakeGateway stubborn = new FakeGateway();
    BatchProcessor processor =
        start(
            with ->
                with.name("stubborn")
                    .inferenceClient(
                        new InferenceClientProvider() {
                          @Override
                          public String id() {
                            return "stubborn";
                          }

                          @Override
                          public InferenceClient create(InferenceClientContext context) {
                            return new InferenceClient() {
                              @Override
                              public CompletableFuture<InferenceResponse> send(
                                  InferenceRequest request) {
                                return stubborn.send(request);
                              }

                              @Override
                              public void close() {
                                throw new IllegalStateException("will not");
                              }
                            };
                          }
                        }));

    processor.close();

    assertThat(processor.state()).isEqualTo(ProcessorState.CLOSED);
    assertThat(threadsOf("stubborn")).isEmpty();
  }

  @Test
  void two_processors_in_one_jvm_do_not_know_of_each_other() {
    MemoryTransport others = opened(MemoryTransport.builder().build());
    FakeGateway otherGateway = FakeGateway.thatAnswers(200, "{}");
    gateway.answering(request -> FakeGateway.answer(200, "{}"));
    BatchProcessor one = start(with -> with.name("one"));
    BatchProcessor other = start(others, with -> with.name("other").inferenceClient(otherGateway));

    assertThat(resultOf(queues.submit(Samples.request("a"))).isSuccess()).isTrue();
    one.close();

    assertThat(resultOf(others.submit(Samples.request("b"))).isSuccess()).isTrue();
    assertThat(threadsOf("one")).isEmpty();
    assertThat(threadsOf("other")).hasSize(5);
    eventually().until(() -> other.stats().succeeded() == 1);
    assertThat(one.stats().succeeded()).isEqualTo(1);
  }

  @Test
  void threads_come_from_the_factory_and_are_named_by_their_role() {
    ThreadGroup group = new ThreadGroup("mine");
    BatchProcessor processor =
        start(with -> with.name("named").threadFactory(task -> new Thread(group, task)));

    assertThat(threadsOf("named")).hasSize(5);
    Thread[] made = new Thread[10];
    assertThat(group.enumerate(made)).isEqualTo(5);
    processor.close();
    assertThat(threadsOf("named")).isEmpty();
  }
}
