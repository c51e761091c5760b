package io.batchprocessor.examples.demo;

import static org.assertj.core.api.Assertions.assertThat;

import io.batchprocessor.examples.traffic.LiveRequest;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

class DayCurveTest {

  private static final DayCurve DAY = new DayCurve(Duration.ofSeconds(1_000), 2, 20);

  @Test
  void requests_are_many_at_noon_and_few_at_night() {
    List<LiveRequest> requests = DAY.requests(1);

    assertThat(between(requests, 0, 100)).isBetween(150L, 350L);
    assertThat(between(requests, 450, 550)).isBetween(1_700L, 2_200L);
    assertThat(between(requests, 900, 1_000)).isBetween(150L, 350L);
    assertThat(requests).extracting(LiveRequest::atNanos).isSorted();
  }

  @Test
  void the_same_seed_gives_the_same_day() {
    assertThat(DAY.requests(1)).isEqualTo(DAY.requests(1)).isNotEqualTo(DAY.requests(2));
  }

  private static long between(List<LiveRequest> requests, int fromSeconds, int toSeconds) {
    return requests.stream()
        .filter(each -> each.atNanos() >= fromSeconds * 1_000_000_000L)
        .filter(each -> each.atNanos() < toSeconds * 1_000_000_000L)
        .count();
  }
}
