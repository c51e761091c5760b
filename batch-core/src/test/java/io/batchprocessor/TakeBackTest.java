package io.batchprocessor;

import static org.assertj.core.api.Assertions.assertThat;

import io.batchprocessor.message.ErrorCode;
import io.batchprocessor.message.ResultMessage;
import io.batchprocessor.spi.AttemptOutcome.Kind;
import io.batchprocessor.spi.DispatchGate;
import io.batchprocessor.spi.InferenceResponse;
import io.batchprocessor.spi.Permit;
import io.batchprocessor.spi.RequestView;
import io.batchprocessor.spi.Verdict;
import io.batchprocessor.spi.YieldingGate;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Test;

class TakeBackTest extends EngineBench {

  private final WantingGate gate = new WantingGate("wanting");

  /** So many in flight, submitted one after the other. */
  private List<CompletableFuture<ResultMessage>> inFlight(int count) {
    List<CompletableFuture<ResultMessage>> submitted = new ArrayList<>();
    for (int i = 1; i <= count; i++) {
      submitted.add(queues.submit(Samples.request("r-" + i)));
      gateway.awaitExchange(i);
    }
    return submitted;
  }

  private List<String> aborted() {
    return gateway.exchanges().stream()
        .filter(FakeGateway.Exchange::isAborted)
        .map(FakeGateway.Exchange::id)
        .toList();
  }

  @Test
  void the_newest_are_taken_back_and_sent_again_as_the_same_attempt() {
    BatchProcessor processor = start(with -> with.gate(() -> gate));
    List<CompletableFuture<ResultMessage>> submitted = inFlight(5);

    gate.limit(3);
    eventually().until(() -> aborted().size() == 2);
    assertThat(aborted()).containsExactlyInAnyOrder("r-4", "r-5");
    assertThat(gate.inFlight()).isEqualTo(3);
    eventually().until(() -> recorder.eventsOf("r-5").contains("released"));
    assertThat(recorder.eventsOf("r-5"))
        .startsWith("received", "dispatched", "takenBack:wanting", "attempted:ABORTED")
        .contains("released");
    assertThat(processor.stats().takenBack()).isEqualTo(2);
    assertThat(processor.stats().released()).isEqualTo(2);

    gateway.answering(request -> FakeGateway.answer(200, "{}"));
    gate.limit(Integer.MAX_VALUE);
    gateway.exchanges().subList(0, 3).forEach(exchange -> exchange.answer(200, "{}"));

    assertThat(resultsOf(submitted))
        .allMatch(ResultMessage::isSuccess)
        .allMatch(result -> result.attempts() == 1);
    eventually().until(() -> gate.inFlight() == 0);
    assertThat(gate.ends())
        .containsOnly(Kind.ABORTED, Kind.SUCCEEDED)
        .filteredOn(kind -> kind == Kind.ABORTED)
        .hasSize(2);
  }

  /** A client whose exchanges end some time after they were cancelled. */
  @Test
  void no_more_are_taken_back_while_permits_are_on_their_way() {
    List<Runnable> endings = new CopyOnWriteArrayList<>();
    gateway.answering(
        request ->
            new CompletableFuture<InferenceResponse>() {
              @Override
              public boolean cancel(boolean mayInterrupt) {
                endings.add(() -> super.cancel(mayInterrupt));
                return true;
              }
            });
    BatchProcessor processor = start(with -> with.gate(() -> gate));
    inFlight(4);

    gate.limit(2);
    eventually().until(() -> endings.size() == 2);
    enqueue(Samples.request("wakes the dispatcher"));
    gate.limit(1);
    eventually().until(() -> endings.size() == 3);
    assertThat(gate.inFlight()).isEqualTo(4);

    endings.forEach(Runnable::run);
    assertThat(gate.inFlight()).isEqualTo(1);
    assertThat(processor.stats().takenBack()).isEqualTo(3);
  }

  @Test
  void a_request_that_is_taken_back_still_ends_at_its_deadline() {
    start(with -> with.gate(() -> gate));
    CompletableFuture<ResultMessage> submitted =
        queues.submit(Samples.request("r", Duration.ofSeconds(2)));
    gateway.awaitExchange(1);

    gate.limit(0);

    assertThat(resultOf(submitted).errorCode()).contains(ErrorCode.DEADLINE_EXCEEDED);
    assertThat(resultOf(submitted).attempts()).isZero();
  }

  @Test
  void a_gate_that_wants_nonsense_or_throws_takes_nothing_back() {
    List<Integer> wants = new CopyOnWriteArrayList<>(List.of(-1));
    DispatchGate nonsense =
        new YieldingGate() {
          @Override
          public String name() {
            return "nonsense";
          }

          @Override
          public Verdict tryAcquire(RequestView request) {
            return new Verdict.Go(Permit.UNCOUNTED);
          }

          @Override
          public double budget() {
            return 1;
          }

          @Override
          public int excess() {
            return wants.get(0);
          }
        };
    BatchProcessor processor = start(with -> with.gate(() -> nonsense));
    CompletableFuture<ResultMessage> submitted = queues.submit(Samples.request("r"));
    gateway.awaitExchange(1);
    eventually().until(() -> processor.stats().userCodeFailures() > 1);
    wants.clear();
    long before = processor.stats().userCodeFailures();
    eventually().until(() -> processor.stats().userCodeFailures() > before);

    gateway.exchanges().get(0).answer(200, "{}");

    assertThat(resultOf(submitted).attempts()).isEqualTo(1);
    assertThat(processor.stats().takenBack()).isZero();
  }
}
