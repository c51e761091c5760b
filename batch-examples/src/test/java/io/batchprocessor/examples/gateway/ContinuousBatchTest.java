package io.batchprocessor.examples.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.batchprocessor.examples.gateway.EngineSettings.Scheduling;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class ContinuousBatchTest {
  private static final StepCosts COSTS = new StepCosts(1_000_000, 1_000, 10_000, 10);

  private final Recorder recorder = new Recorder();

  @Test
  void a_lone_request_takes_one_prefill_step_and_one_step_for_each_further_token() {
    ContinuousBatch batch = new ContinuousBatch(settings(4, 10), recorder);
    Sequence sequence = new Sequence(0, 100, 3);

    batch.offer(sequence, 5);
    batch.advance(Long.MAX_VALUE - 1);

    long firstToken = 5 + 1_000_000 + 100 * 1_000;
    long second = 1_000_000 + 10_000 + 101 * 10;
    long third = 1_000_000 + 10_000 + 102 * 10;
    assertThat(sequence.firstTokenNanos()).isEqualTo(firstToken);
    assertThat(recorder.betweenTokens).containsExactly(second, third);
    assertThat(recorder.finishedAt).containsExactly(firstToken + second + third);
    assertThat(batch.stepEndNanos()).isEqualTo(ContinuousBatch.IDLE);
  }

  @Test
  void every_sequences_token_rate_falls_with_the_batch_as_the_formula_says() {
    long before = 0;
    for (int size : new int[] {1, 8, 64, 256}) {
      Recorder heard = new Recorder();
      ContinuousBatch batch = new ContinuousBatch(settings(256, 0), heard);
      for (int i = 0; i < size; i++) {
        batch.offer(new Sequence(0, 10, 5), 0);
      }
      // The first of them has the first step to itself; all others are prefilled in the second.
      batch.advance(batch.stepEndNanos());
      batch.advance(batch.stepEndNanos());
      heard.betweenTokens.clear();

      batch.advance(batch.stepEndNanos());

      long contextTokens = 12 + (size - 1) * 11L;
      assertThat(heard.betweenTokens)
          .containsExactly(1_000_000 + size * 10_000L + contextTokens * 10);
      assertThat(heard.betweenTokens.get(0)).isGreaterThan(before);
      before = heard.betweenTokens.get(0);
    }
  }

  @Test
  void a_prompt_longer_than_the_token_budget_is_prefilled_in_several_steps() {
    EngineSettings settings =
        new EngineSettings(COSTS, 4, 40, 10_000, 1_000, 10, Scheduling.PRIORITY);
    ContinuousBatch batch = new ContinuousBatch(settings, recorder);
    Sequence sequence = new Sequence(0, 100, 1);

    batch.offer(sequence, 0);
    batch.advance(Long.MAX_VALUE - 1);

    assertThat(sequence.firstTokenNanos())
        .isEqualTo(2 * COSTS.stepNanos(40, 0, 0) + COSTS.stepNanos(20, 0, 0));
  }

  @Test
  void what_arrives_during_a_step_waits_for_its_end() {
    ContinuousBatch batch = new ContinuousBatch(settings(4, 10), recorder);
    Sequence first = new Sequence(0, 100, 10);
    Sequence second = new Sequence(0, 100, 1);
    batch.offer(first, 0);
    long stepEnd = batch.stepEndNanos();

    batch.offer(second, stepEnd / 2);

    assertThat(batch.running()).isEqualTo(1);
    assertThat(batch.waiting()).isEqualTo(1);
    batch.advance(stepEnd);
    assertThat(batch.running()).isEqualTo(2);
    assertThat(second.scheduledNanos()).isEqualTo(stepEnd);
  }

  @Test
  void the_highest_priority_goes_first_and_within_one_the_earliest() {
    assertThat(orderOf(Scheduling.PRIORITY, -1, 0, 1, 0, 1, -1)).containsExactly(2, 4, 1, 3, 0, 5);
  }

  @Test
  void first_come_first_served_ignores_priorities() {
    assertThat(orderOf(Scheduling.FCFS, -1, 0, 1, 0, 1, -1)).containsExactly(0, 1, 2, 3, 4, 5);
  }

  @Test
  void a_full_queue_takes_nothing_until_there_is_a_place() {
    ContinuousBatch batch = new ContinuousBatch(settings(2, 1), recorder);
    Sequence running = new Sequence(0, 10, 100);
    Sequence waiting = new Sequence(0, 10, 100);
    assertThat(batch.offer(running, 0)).isTrue();
    assertThat(batch.offer(new Sequence(0, 10, 100), 0)).isTrue();
    assertThat(batch.offer(waiting, 0)).isTrue();

    assertThat(batch.offer(new Sequence(1, 10, 100), 0)).isFalse();

    assertThat(batch.cancel(waiting, 0)).isTrue();
    assertThat(batch.offer(new Sequence(0, 10, 100), 0)).isTrue();
    assertThat(batch.cancel(waiting, 0)).isFalse();
  }

  @Test
  void a_cancelled_request_frees_its_slot_for_the_next_step() {
    ContinuousBatch batch = new ContinuousBatch(settings(1, 5), recorder);
    Sequence first = new Sequence(0, 10, 100);
    Sequence second = new Sequence(0, 10, 100);
    batch.offer(first, 0);
    batch.offer(second, 0);
    long stepEnd = batch.stepEndNanos();

    assertThat(batch.cancel(first, 1)).isTrue();
    batch.advance(stepEnd);

    assertThat(second.scheduledNanos()).isEqualTo(stepEnd);
    assertThat(batch.running()).isEqualTo(1);
    assertThat(recorder.finished).isEmpty();
  }

  @Test
  void a_sequence_waits_until_its_whole_answer_fits_into_the_kv_cache() {
    EngineSettings settings = new EngineSettings(COSTS, 4, 100, 100, 100, 10, Scheduling.PRIORITY);
    ContinuousBatch batch = new ContinuousBatch(settings, recorder);
    Sequence large = new Sequence(0, 50, 10);
    Sequence tooMuch = new Sequence(0, 40, 10);
    Sequence behind = new Sequence(0, 1, 1);
    batch.offer(large, 0);
    batch.offer(tooMuch, 0);
    batch.offer(behind, 0);

    batch.advance(batch.stepEndNanos());

    assertThat(batch.running()).isEqualTo(1);
    assertThat(batch.waiting()).isEqualTo(2);
    assertThat(batch.kvCacheUsage()).isEqualTo(0.51);
    batch.advance(Long.MAX_VALUE - 1);
    assertThat(recorder.finished).containsExactly(large, behind, tooMuch);
    assertThat(tooMuch.scheduledNanos()).isEqualTo(behind.scheduledNanos());
    assertThat(batch.kvCacheUsage()).isZero();
  }

  @Test
  void a_sequence_longer_than_the_model_is_refused() {
    ContinuousBatch batch = new ContinuousBatch(settings(1, 1), recorder);

    assertThatThrownBy(() -> batch.offer(new Sequence(0, 900, 101), 0))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("1001 tokens")
        .hasMessageContaining("1000");
  }

  @Test
  void a_sequence_is_taken_once() {
    ContinuousBatch batch = new ContinuousBatch(settings(1, 1), recorder);
    Sequence sequence = new Sequence(0, 1, 1);
    batch.offer(sequence, 0);

    assertThatThrownBy(() -> batch.offer(sequence, 0)).isInstanceOf(IllegalStateException.class);
  }

  @Test
  void random_traffic_never_exceeds_a_limit_and_loses_nothing() {
    for (long seed = 0; seed < 20; seed++) {
      SplittableRandom random = new SplittableRandom(seed);
      Recorder heard = new Recorder();
      EngineSettings settings = new EngineSettings(COSTS, 8, 64, 600, 300, 12, Scheduling.PRIORITY);
      ContinuousBatch batch = new ContinuousBatch(settings, heard);
      Set<Sequence> open = new HashSet<>();
      int refused = 0;
      int cancelled = 0;
      long now = 0;
      for (int i = 0; i < 2_000; i++) {
        now += random.nextLong(3_000_000);
        Sequence sequence =
            new Sequence(random.nextInt(3), 1 + random.nextInt(200), 1 + random.nextInt(60));
        if (batch.offer(sequence, now)) {
          open.add(sequence);
        } else {
          refused++;
        }
        heard.finished.forEach(open::remove);
        if (random.nextInt(10) == 0 && !open.isEmpty()) {
          Sequence victim = open.iterator().next();
          assertThat(batch.cancel(victim, now)).isTrue();
          open.remove(victim);
          cancelled++;
        }
        assertThat(batch.running()).isLessThanOrEqualTo(8);
        assertThat(batch.waiting()).isLessThanOrEqualTo(12 + 8 - batch.running());
        assertThat(batch.kvCacheUsage()).isBetween(0.0, 1.0);
        assertThat(batch.running() + batch.waiting()).isEqualTo(open.size());
      }
      batch.advance(Long.MAX_VALUE - 1);

      assertThat(heard.finished).doesNotHaveDuplicates();
      assertThat(heard.finished.size() + refused + cancelled).isEqualTo(2_000);
      assertThat(refused).isPositive();
      assertThat(batch.kvCacheUsage()).isZero();
      assertThat(batch.running() + batch.waiting()).isZero();
    }
  }

  @Test
  void how_finely_time_is_cut_changes_nothing() {
    assertThat(finishTimes(1_000_000_000)).isEqualTo(finishTimes(123_457)).hasSize(50);
  }

  private static List<Long> finishTimes(long stride) {
    Recorder heard = new Recorder();
    ContinuousBatch batch = new ContinuousBatch(settings(4, 100), heard);
    SplittableRandom random = new SplittableRandom(7);
    for (int i = 0; i < 50; i++) {
      batch.offer(new Sequence(0, 1 + random.nextInt(100), 1 + random.nextInt(20)), 0);
    }
    for (long now = 0; batch.stepEndNanos() != ContinuousBatch.IDLE; now += stride) {
      batch.advance(now);
    }
    return heard.finishedAt;
  }

  /** The order, by index, in which sequences that waited behind a running one get the slot. */
  private static List<Integer> orderOf(Scheduling scheduling, int... priorities) {
    Recorder heard = new Recorder();
    ContinuousBatch batch =
        new ContinuousBatch(
            new EngineSettings(COSTS, 1, 100, 10_000, 1_000, 10, scheduling), heard);
    batch.offer(new Sequence(0, 1, 5), 0);
    List<Sequence> offered = new ArrayList<>();
    for (int priority : priorities) {
      Sequence sequence = new Sequence(priority, 1, 1);
      offered.add(sequence);
      batch.offer(sequence, 1);
    }
    batch.advance(Long.MAX_VALUE - 1);
    return heard.finished.stream().skip(1).map(offered::indexOf).toList();
  }

  private static EngineSettings settings(int slots, int queueLimit) {
    return new EngineSettings(
        COSTS, slots, 10_000, 1_000_000, 1_000, queueLimit, Scheduling.PRIORITY);
  }

  private static final class Recorder implements EngineListener {
    private final List<Long> betweenTokens = new ArrayList<>();
    private final List<Sequence> finished = new ArrayList<>();
    private final List<Long> finishedAt = new ArrayList<>();

    @Override
    public void decoded(int usual, int deferrable, long sinceLastTokenNanos) {
      betweenTokens.add(sinceLastTokenNanos);
    }

    @Override
    public void finished(Sequence sequence, long nowNanos) {
      finished.add(sequence);
      finishedAt.add(nowNanos);
    }
  }
}
