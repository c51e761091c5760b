package io.batchprocessor.examples.demo;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class CracksTest {

  @Test
  void the_thirds_are_by_what_live_traffic_has_in_flight() {
    Cracks cracks = new Cracks();
    for (int i = 0; i < 9; i++) {
      int live = i * 4 % 9;
      cracks.sample(live, 100 - 10 * live);
    }

    assertThat(cracks.quietThird()).isEqualTo(90);
    assertThat(cracks.busyThird()).isEqualTo(30);
  }

  @Test
  void nothing_was_seen_nothing_was_there() {
    assertThat(new Cracks().quietThird()).isZero();
    assertThat(new Cracks().busyThird()).isZero();
  }
}
