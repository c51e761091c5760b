package io.batchprocessor.kitcheck;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
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
    run =
        KitRun.of(
            FaultyAdapter.class,
            OneQueueAdapter.class,
            VanishingAdapter.class,
            BadlyClosedAdapter.class);
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
    assertThat(page(ProviderFaults.KILLED_LATE))
        .filteredOn(
            line ->
                line.contains("a crash: the broker was never killed within a lease of PT1S;")
                    && line.contains("passed, in part"))
        .extracting(line -> line.substring(0, "| 301".length()))
        .containsExactly("| 301", "| 611");
  }

  @Test
  void an_adapter_may_have_one_queue() throws IOException {
    assertThat(run.failed(OneQueueAdapter.class)).as(run.reasons(OneQueueAdapter.class)).isEmpty();
    assertThat(page(OneQueueAdapter.NAME))
        .filteredOn(line -> line.contains("passed, in part (the adapter has one request queue)"))
        .extracting(line -> line.substring(2, 5))
        .containsExactly(
            "123", "218", "305", "501", "614", "622", "641", "671", "672", "673", "674", "675");
  }

  @Test
  void the_page_of_an_adapter_tells_of_rules_for_which_it_could_not_be_made() throws IOException {
    assertThat(page(VanishingAdapter.NAME)).contains("Rules passed: 1, skipped: 0, failed: 6.");
  }

  @Test
  void every_transport_is_closed_though_closing_one_fails() {
    assertThat(run.failed(BadlyClosedAdapter.class)).contains(101, 102, 103, 104, 105);
    assertThat(BadlyClosedAdapter.CLOSED).isNotEmpty().isEqualTo(BadlyClosedAdapter.OPENED);
  }

  private static List<String> page(String name) throws IOException {
    return Files.readAllLines(KitRun.REPORTS.resolve(name + ".md"));
  }

  @Test
  void every_rule_of_an_adapter_can_fail() {
    Set<Integer> unbroken = new TreeSet<>(run.finished());
    FAULTS.forEach(fault -> unbroken.removeAll(fault.breaks()));

    assertThat(unbroken).as("rules that no fault breaks").containsExactly(643);
  }
}
