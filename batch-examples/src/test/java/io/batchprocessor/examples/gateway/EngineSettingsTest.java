package io.batchprocessor.examples.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.batchprocessor.examples.gateway.EngineSettings.Scheduling;
import org.junit.jupiter.api.Test;

class EngineSettingsTest {
  private static final double NANOS_PER_MILLI = 1e6;

  @Test
  void a_lone_sequence_on_an_h100_decodes_about_as_fast_as_was_measured() {
    double millis = StepCosts.h100().stepNanos(0, 1, 256) / NANOS_PER_MILLI;

    assertThat(millis).isCloseTo(6.48, within(0.15 * 6.48));
  }

  @Test
  void an_a100_is_slower_at_everything() {
    StepCosts h100 = StepCosts.h100();
    StepCosts a100 = StepCosts.a100();

    assertThat(a100.baseNanos()).isGreaterThan(h100.baseNanos());
    assertThat(a100.prefillTokenNanos()).isGreaterThan(h100.prefillTokenNanos());
    assertThat(a100.decodeTokenNanos()).isGreaterThan(h100.decodeTokenNanos());
    assertThat(a100.contextTokenNanos()).isGreaterThan(h100.contextTokenNanos());
  }

  @Test
  void costs_out_of_bounds_are_refused_by_name() {
    assertThatThrownBy(() -> new StepCosts(0, 1, 1, 1)).hasMessageContaining("baseNanos");
    assertThatThrownBy(() -> new StepCosts(1, -1, 1, 1)).hasMessageContaining("prefillTokenNanos");
    assertThatThrownBy(() -> new StepCosts(1, 1, Double.NaN, 1))
        .hasMessageContaining("decodeTokenNanos");
  }

  @Test
  void limits_out_of_bounds_are_refused_by_name() {
    assertThatThrownBy(() -> settings(0, 100, 100, 100, 0)).hasMessageContaining("slots");
    assertThatThrownBy(() -> settings(8, 7, 100, 100, 0)).hasMessageContaining("batchedTokens");
    assertThatThrownBy(() -> settings(8, 8, 99, 100, 0)).hasMessageContaining("kvCacheTokens");
    assertThatThrownBy(() -> settings(8, 8, 100, 100, -1)).hasMessageContaining("queueLimit");
  }

  private static EngineSettings settings(int slots, int batched, int kv, int model, int queue) {
    return new EngineSettings(
        StepCosts.h100(), slots, batched, kv, model, queue, Scheduling.PRIORITY);
  }
}
