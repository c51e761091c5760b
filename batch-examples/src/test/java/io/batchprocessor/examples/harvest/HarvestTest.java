package io.batchprocessor.examples.harvest;

import static org.assertj.core.api.Assertions.assertThat;

import io.batchprocessor.examples.gateway.EngineSettings;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The benchmark's claims, in virtual time: nothing here depends on the machine. */
class HarvestTest {

  private static final EngineSettings ENGINE = EngineSettings.a100();
  private static final double CAPACITY = 23.5;

  @Test
  void the_same_arguments_give_the_same_result() {
    Scenario scenario = scenario(LoadShape.BURSTS, 0.4);

    assertThat(run(scenario, Contenders.slo(1.25, true)))
        .isEqualTo(run(scenario, Contenders.slo(1.25, true)));
    assertThat(scenario.arrivals()).isEqualTo(scenario(LoadShape.BURSTS, 0.4).arrivals());
  }

  @ParameterizedTest
  @EnumSource
  void live_load_has_the_mean_that_was_asked_for(LoadShape shape) {
    List<Arrival> arrivals = shape.arrivals(0.6, CAPACITY, Duration.ofHours(2), 1);

    assertThat(arrivals.size() / 7_200.0).isBetween(0.9 * 0.6 * CAPACITY, 1.1 * 0.6 * CAPACITY);
    assertThat(arrivals.stream().mapToInt(Arrival::promptTokens).average().orElse(0))
        .isBetween(480.0, 545.0);
  }

  @ParameterizedTest
  @EnumSource(names = {"STEADY", "SPIKES"})
  void slo_keeps_about_what_live_traffic_may_feel_where_no_gate_does_not(LoadShape shape) {
    Scenario scenario = scenario(shape, 0.4);
    RunResult alone = run(scenario, Contenders.liveOnly());

    RunResult slo = run(scenario, Contenders.slo(1.25, false));
    RunResult ungated = run(scenario, Contenders.ungated(64));

    assertThat(factor(slo, alone)).isLessThan(1.25 * 1.05);
    assertThat(factor(ungated, alone)).isGreaterThan(factor(slo, alone));
    assertThat(slo.finished()).isPositive();
  }

  @Test
  void what_is_taken_back_is_within_the_waste_budget() {
    RunResult slo = run(scenario(LoadShape.BURSTS, 0.6), Contenders.slo(1.5, true));

    assertThat(slo.thrownAwayShare()).isLessThan(0.06);
  }

  @Test
  void the_frontier_is_what_no_other_beats_with_lines_between() {
    Frontier frontier =
        new Frontier(
            List.of(
                new Frontier.Point(1.2, 400),
                new Frontier.Point(1.1, 200),
                new Frontier.Point(1.15, 100)));

    assertThat(frontier.at(1.1)).isEqualTo(200);
    assertThat(frontier.at(1.15)).isBetween(299.0, 301.0);
    assertThat(frontier.at(2)).isEqualTo(400);
    assertThat(frontier.at(0.9)).isZero();
  }

  private static Scenario scenario(LoadShape shape, double load) {
    return Scenario.of(shape, load, CAPACITY, Duration.ofMinutes(30), Duration.ofMinutes(30), 7);
  }

  private static RunResult run(Scenario scenario, Contender contender) {
    return new VirtualRun(scenario, ENGINE, contender, Timeline.NONE).run();
  }

  private static double factor(RunResult result, RunResult alone) {
    return (double) result.ttftP99Nanos() / alone.ttftP99Nanos();
  }
}
