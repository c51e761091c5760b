package io.batchprocessor.examples.harvest;

import static org.assertj.core.api.Assertions.assertThat;

import io.batchprocessor.examples.gateway.EngineSettings;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** That the form in real time is wired; what it measures is not judged here. */
@Timeout(180)
class RealTimeTest {

  @Test
  void every_contender_runs_in_both_forms_and_every_live_request_is_answered() throws Exception {
    EngineSettings engine = EngineSettings.a100();
    Duration seconds = Duration.ofSeconds(6);
    Scenario scenario = Scenario.of(LoadShape.STEADY, 0.4, 23.5, Duration.ofSeconds(2), seconds, 7);

    FormsTable table =
        new RealTimeBenchmark(scenario, engine).run(BothForms.all(Duration.ofSeconds(1)));

    assertThat(table.rows())
        .extracting(FormsTable.Row::name)
        .containsExactly("live only", "no gate, 64", "scrape, to 80 %", "adaptive", "slo 1.25 ×");
    assertThat(table.rows())
        .extracting(FormsTable.Row::real)
        .allSatisfy(
            real -> {
              assertThat(real.arrived()).hasSameSizeAs(scenario.arrivals());
              assertThat(real.liveUnanswered()).isZero();
              assertThat(real.ttftP99Nanos()).isPositive();
              assertThat(real.finished()).isLessThanOrEqualTo(real.dispatched());
            });
    List<Long> dispatched = table.rows().stream().map(row -> row.real().dispatched()).toList();
    assertThat(dispatched.get(0)).isZero();
    // slo is left out: in so short a time it may find that live traffic leaves no room.
    assertThat(dispatched.subList(1, 4)).allSatisfy(each -> assertThat(each).isPositive());
    assertThat(table.text().lines().filter(line -> line.startsWith("| "))).hasSize(7);
  }
}
