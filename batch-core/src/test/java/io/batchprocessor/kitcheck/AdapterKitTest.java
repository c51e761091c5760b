package io.batchprocessor.kitcheck;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** The kit finds each fault, and blames the rule that is broken. */
class AdapterKitTest {

  private static final List<Fault> FAULTS = FaultyAdapter.faults();

  private static KitRun run;

  @BeforeAll
  static void runTheKitOnEveryFault() {
    run = KitRun.of(FaultyAdapter.class);
  }

  @TestFactory
  Stream<DynamicTest> an_adapter_that() {
    return IntStream.range(0, FAULTS.size())
        .mapToObj(
            i ->
                DynamicTest.dynamicTest(
                    FAULTS.get(i).name() + " breaks " + FAULTS.get(i).breaks(),
                    () ->
                        assertThat(run.failed(FaultyAdapter.class, i + 1))
                            .as(run.reasons(FaultyAdapter.class, i + 1))
                            .isEqualTo(FAULTS.get(i).breaks())));
  }

  @Test
  void a_crash_that_never_came_in_time_is_not_reported_as_tested() throws IOException {
    Path report = KitRun.REPORTS.resolve(ProviderFaults.KILLED_LATE + ".md");

    assertThat(Files.readAllLines(report))
        .filteredOn(
            line ->
                line.contains("a crash: the broker was never killed within a lease of PT1S;")
                    && line.contains("passed, in part"))
        .extracting(line -> line.substring(0, "| 301".length()))
        .containsExactly("| 301", "| 611");
  }

  @Test
  void every_rule_of_an_adapter_can_fail() {
    Set<Integer> unbroken = new TreeSet<>(run.finished());
    FAULTS.forEach(fault -> unbroken.removeAll(fault.breaks()));

    assertThat(unbroken).as("rules that no fault breaks").containsExactly(643);
  }
}
