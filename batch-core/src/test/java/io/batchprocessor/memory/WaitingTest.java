package io.batchprocessor.memory;

import static org.assertj.core.api.Assertions.assertThat;

import io.batchprocessor.message.Bytes;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;

class WaitingTest {

  /** Each number adds a message available at that time; a negative one takes one at that time. */
  @Property
  void it_hands_out_by_turn_whatever_the_order_of_arrival(
      @ForAll @Size(max = 200) List<@IntRange(min = -20, max = 20) Integer> steps) {
    Waiting waiting = new Waiting();
    PriorityQueue<StoredMessage> sorted = new PriorityQueue<>(StoredMessage.BY_TURN);
    List<StoredMessage> taken = new ArrayList<>();
    List<StoredMessage> expected = new ArrayList<>();
    long order = 0;
    for (int step : steps) {
      if (step >= 0) {
        StoredMessage message = message(step, order++);
        waiting.add(message);
        sorted.add(message);
      } else {
        StoredMessage first = sorted.peek();
        taken.add(waiting.poll(-step));
        expected.add(first == null || first.availableAt() > -step ? null : sorted.poll());
      }
      assertThat(waiting.size()).isEqualTo(sorted.size());
      assertThat(waiting.peek()).isSameAs(sorted.peek());
      for (int max : new int[] {1, 3, 1_000}) {
        assertThat(waiting.first(max))
            .isEqualTo(sorted.stream().sorted(StoredMessage.BY_TURN).limit(max).toList());
      }
    }
    assertThat(taken).isEqualTo(expected);
  }

  private static StoredMessage message(long availableAt, long order) {
    return new StoredMessage(
        null, Bytes.EMPTY, 1, 1, Instant.EPOCH, Map.of(), availableAt, order, null);
  }
}
