package io.batchprocessor;

import static org.assertj.core.api.Assertions.assertThat;

import io.batchprocessor.message.ResultMessage;
import io.batchprocessor.spi.BatchListener;
import io.batchprocessor.spi.RequestView;
import io.batchprocessor.spi.RetryNotes;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** What listeners leave for the next attempt, by the numbers of the ability's contract. */
class RetryNotesTest extends EngineBench {

  /** Leaves what it is told to, and keeps what it finds. */
  private static final class Leaving implements BatchListener, RetryNotes {
    private final Function<RequestView, Map<String, String>> leave;
    private final List<String> events = Collections.synchronizedList(new ArrayList<>());
    private final List<Map<String, String>> found = Collections.synchronizedList(new ArrayList<>());

    Leaving(Function<RequestView, Map<String, String>> leave) {
      this.leave = leave;
    }

    @Override
    public void dispatched(RequestView request) {
      found.add(request.notes());
    }

    @Override
    public Map<String, String> notes(RequestView request) {
      events.add("asked");
      return leave.apply(request);
    }

    @Override
    public void retryScheduled(RequestView request, Duration delay) {
      events.add("scheduled");
    }
  }

  /** The result of a request whose first attempts fail. */
  private ResultMessage afterFailures(int failures, BatchListener... listeners) {
    start(
        with -> {
          List.of(listeners).forEach(with::listener);
          return with;
        });
    CompletableFuture<ResultMessage> submitted = queues.submit(Samples.request("r"));
    for (int i = 1; i <= failures; i++) {
      gateway.awaitExchange(i).answer(503, "{}");
    }
    gateway.awaitExchange(failures + 1).answer(200, "{}");
    return resultOf(submitted);
  }

  @Test
  void rule_1121_it_is_asked_once_for_each_further_attempt_before_that_is_told() {
    Leaving leaving = new Leaving(request -> Map.of("attempt", "" + request.attempt()));

    ResultMessage result = afterFailures(2, leaving);

    assertThat(leaving.events).containsExactly("asked", "scheduled", "asked", "scheduled");
    assertThat(leaving.found)
        .containsExactly(Map.of(), Map.of("attempt", "1"), Map.of("attempt", "2"));
    assertThat(result.metadata()).isEmpty();
  }

  @Test
  void rule_1122_notes_of_several_listeners_come_back_together_and_stay_until_replaced() {
    Leaving first = new Leaving(request -> request.attempt() == 1 ? Map.of("a", "1") : Map.of());
    Leaving second = new Leaving(request -> Map.of("b", "" + request.attempt()));

    afterFailures(2, first, second);

    assertThat(first.found)
        .containsExactly(Map.of(), Map.of("a", "1", "b", "1"), Map.of("a", "1", "b", "2"));
  }

  @Test
  void rule_1122_more_than_eight_are_too_many() {
    Map<String, String> eight =
        IntStream.range(0, 8).boxed().collect(Collectors.toMap(i -> "n" + i, i -> "v"));
    Leaving few = new Leaving(request -> eight);
    Leaving oneMore = new Leaving(request -> Map.of("one-more", "v"));

    afterFailures(1, few, oneMore);

    assertThat(few.found.get(1)).isEqualTo(eight);
  }

  @Test
  void rule_1123_what_is_no_note_is_left_out_and_counted() {
    Leaving wrongName = new Leaving(request -> Map.of("Not A Name", "v"));
    Leaving wrongValue = new Leaving(request -> Map.of("name", "line\nbreak"));
    Leaving tooLong = new Leaving(request -> Map.of("name", "v".repeat(257)));
    Leaving broken =
        new Leaving(
            request -> {
              throw new IllegalStateException("it does not know");
            });
    Leaving right = new Leaving(request -> Map.of("name", "v".repeat(256)));
    BatchProcessor processor =
        start(
            with ->
                with.listener(wrongName)
                    .listener(wrongValue)
                    .listener(tooLong)
                    .listener(broken)
                    .listener(right));
    CompletableFuture<ResultMessage> submitted = queues.submit(Samples.request("r"));
    gateway.awaitExchange(1).answer(503, "{}");
    gateway.awaitExchange(2).answer(200, "{}");
    assertThat(resultOf(submitted).isSuccess()).isTrue();

    assertThat(right.found.get(1)).isEqualTo(Map.of("name", "v".repeat(256)));
    assertThat(processor.stats().userCodeFailures()).isEqualTo(4);
  }
}
