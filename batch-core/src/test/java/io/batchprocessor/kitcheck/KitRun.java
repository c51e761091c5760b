package io.batchprocessor.kitcheck;

import static org.junit.platform.engine.discovery.DiscoverySelectors.selectClass;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentSkipListSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.platform.engine.TestExecutionResult;
import org.junit.platform.engine.TestExecutionResult.Status;
import org.junit.platform.engine.UniqueId;
import org.junit.platform.launcher.EngineFilter;
import org.junit.platform.launcher.Launcher;
import org.junit.platform.launcher.TestExecutionListener;
import org.junit.platform.launcher.TestIdentifier;
import org.junit.platform.launcher.core.LauncherDiscoveryRequestBuilder;
import org.junit.platform.launcher.core.LauncherFactory;

/**
 * One run of kit classes, all of their tests at once: they wait more than they work. Rules are
 * counted for each class, and for each invocation of a parameterized class.
 */
final class KitRun implements TestExecutionListener {

  /** Where the pages of the report are. */
  static final Path REPORTS = Path.of("target/adapter-kit-faults");

  private static final Pattern RULE = Pattern.compile("rule_(\\d+)_");

  private final Map<String, Set<Integer>> failed = new ConcurrentHashMap<>();
  private final Map<String, Set<Integer>> finished = new ConcurrentHashMap<>();
  private final Map<String, Set<String>> reasons = new ConcurrentHashMap<>();

  private KitRun() {}

  static KitRun of(Class<?>... kitClasses) {
    KitRun run = new KitRun();
    Launcher launcher = LauncherFactory.create();
    launcher.execute(
        LauncherDiscoveryRequestBuilder.request()
            .selectors(Stream.of(kitClasses).map(type -> selectClass(type)).toList())
            .filters(EngineFilter.includeEngines("junit-jupiter"))
            .configurationParameters(
                Map.of(
                    "adapter-kit.directory", REPORTS.toString(),
                    "junit.jupiter.execution.parallel.enabled", "true",
                    "junit.jupiter.execution.parallel.mode.default", "concurrent",
                    "junit.jupiter.execution.parallel.config.executor-service", "FORK_JOIN_POOL",
                    "junit.jupiter.execution.parallel.config.strategy", "fixed",
                    "junit.jupiter.execution.parallel.config.fixed.parallelism", "192"))
            .build(),
        run);
    return run;
  }

  /** The rules that failed in a class. */
  Set<Integer> failed(Class<?> kitClass) {
    return failed.getOrDefault(kitClass.getName(), Set.of());
  }

  /** The rules that failed in an invocation of a parameterized class; the first is 1. */
  Set<Integer> failed(Class<?> kitClass, int invocation) {
    return failed.getOrDefault(kitClass.getName() + "#" + invocation, Set.of());
  }

  /** How many rules were tested, in whatever class. */
  Set<Integer> finished() {
    Set<Integer> all = new TreeSet<>();
    finished.values().forEach(all::addAll);
    return all;
  }

  /** What to say about rules that failed. */
  String reasons(Class<?> kitClass, int invocation) {
    return String.join("\n", reasons.getOrDefault(kitClass.getName() + "#" + invocation, Set.of()));
  }

  String reasons(Class<?> kitClass) {
    return String.join("\n", reasons.getOrDefault(kitClass.getName(), Set.of()));
  }

  @Override
  public void executionFinished(TestIdentifier test, TestExecutionResult result) {
    String subject = subject(test.getUniqueIdObject());
    Optional<Integer> rule = rule(test.getUniqueIdObject());
    if (rule.isEmpty()) {
      if (result.getStatus() == Status.FAILED) {
        throw new IllegalStateException(
            "the kit itself failed: " + test, result.getThrowable().orElse(null));
      }
      return;
    }
    if (test.isTest()) {
      add(finished, subject, rule.get());
      if (result.getStatus() == Status.FAILED) {
        add(failed, subject, rule.get());
        reasons
            .computeIfAbsent(subject, key -> new ConcurrentSkipListSet<>())
            .add(rule.get() + ": " + result.getThrowable().orElse(null));
      }
    }
  }

  private static void add(Map<String, Set<Integer>> rules, String subject, int rule) {
    rules.computeIfAbsent(subject, key -> new ConcurrentSkipListSet<>()).add(rule);
  }

  private static String subject(UniqueId id) {
    String name = "";
    for (UniqueId.Segment segment : id.getSegments()) {
      switch (segment.getType()) {
        case "class", "class-template", "nested-class" -> name = segment.getValue();
        case "class-template-invocation" -> name += segment.getValue();
        default -> {}
      }
    }
    return name;
  }

  private static Optional<Integer> rule(UniqueId id) {
    return List.copyOf(id.getSegments()).stream()
        .map(segment -> RULE.matcher(segment.getValue()))
        .filter(Matcher::find)
        .map(rule -> Integer.valueOf(rule.group(1)))
        .findFirst();
  }
}
