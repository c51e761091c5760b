package io.batchprocessor.kitcheck;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/**
 * The kit finds each fault of a policy, a strategy, a gate or a transform, and blames the rule
 * broken.
 */
class PolicyKitTest {

  private static KitRun run;

  @BeforeAll
  static void runTheKitOnEveryFault() {
    run =
        KitRun.of(
            FaultyMergePolicy.class, FaultyBackoff.class, FaultyGate.class, FaultyTransform.class);
  }

  @TestFactory
  Stream<DynamicTest> a_merge_policy_that() {
    return tests(FaultyMergePolicy.class, FaultyMergePolicy.faults());
  }

  @TestFactory
  Stream<DynamicTest> a_backoff_strategy_that() {
    return tests(FaultyBackoff.class, FaultyBackoff.faults());
  }

  @TestFactory
  Stream<DynamicTest> a_gate_that() {
    return tests(FaultyGate.class, FaultyGate.faults());
  }

  @TestFactory
  Stream<DynamicTest> a_transform_that() {
    return tests(FaultyTransform.class, FaultyTransform.faults());
  }

  @Test
  void every_rule_can_fail() {
    Set<Integer> unbroken = new TreeSet<>(run.finished());
    Stream.of(
            FaultyMergePolicy.faults(),
            FaultyBackoff.faults(),
            FaultyGate.faults(),
            FaultyTransform.faults())
        .flatMap(List::stream)
        .forEach(fault -> unbroken.removeAll(fault.breaks()));

    assertThat(unbroken).as("rules that no fault breaks").containsExactly(904, 915);
  }

  private static <T> Stream<DynamicTest> tests(Class<?> kitClass, List<PolicyFault<T>> faults) {
    return IntStream.range(0, faults.size())
        .mapToObj(
            i ->
                DynamicTest.dynamicTest(
                    faults.get(i).name() + " breaks " + faults.get(i).breaks(),
                    () ->
                        assertThat(run.failed(kitClass, i + 1))
                            .as(run.reasons(kitClass, i + 1))
                            .isEqualTo(faults.get(i).breaks())));
  }
}
