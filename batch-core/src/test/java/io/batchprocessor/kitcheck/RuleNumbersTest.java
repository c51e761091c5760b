package io.batchprocessor.kitcheck;

import static org.assertj.core.api.Assertions.assertThat;

import io.batchprocessor.testkit.AdapterContract;
import io.batchprocessor.testkit.BackoffStrategyContract;
import io.batchprocessor.testkit.DispatchGateContract;
import io.batchprocessor.testkit.MergePolicyContract;
import io.batchprocessor.testkit.RequestTransformContract;
import java.io.IOException;
import java.lang.reflect.Method;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Each numbered rule of the SPI's Javadoc has one test in the kit, and each test a rule. */
class RuleNumbersTest {

  private static final Pattern NUMBERED = Pattern.compile("<li value=\"(\\d+)\">");
  private static final Pattern TEST = Pattern.compile("rule_(\\d+)_\\w+");

  /**
   * HTTP clients and listeners are no business of adapters. {@code
   * io.batchprocessor.http.InferenceClientContract} tests the rules of the former, against servers
   * that the kit does not carry, {@code io.batchprocessor.ListenerRulesTest} those of the latter.
   */
  private static final int FIRST_OF_HTTP_CLIENTS = 1001;

  private static final int LAST_OF_LISTENERS = 1199;

  @Test
  void each_rule_has_one_test_and_each_test_a_rule() throws IOException {
    assertThat(tests()).containsExactlyElementsOf(rules());
  }

  private static List<Integer> rules() throws IOException {
    try (Stream<Path> sources = Files.list(Path.of("src/main/java/io/batchprocessor/spi"))) {
      return sources
          .flatMap(source -> NUMBERED.matcher(read(source)).results())
          .map(number -> Integer.valueOf(number.group(1)))
          .filter(number -> number < FIRST_OF_HTTP_CLIENTS || number > LAST_OF_LISTENERS)
          .sorted()
          .toList();
    }
  }

  private static List<Integer> tests() {
    return Stream.of(
            AdapterContract.class,
            MergePolicyContract.class,
            BackoffStrategyContract.class,
            DispatchGateContract.class,
            RequestTransformContract.class)
        .flatMap(contract -> Stream.of(contract.getMethods()))
        .map(Method::getName)
        .map(TEST::matcher)
        .filter(Matcher::matches)
        .map(test -> Integer.valueOf(test.group(1)))
        .sorted()
        .toList();
  }

  private static String read(Path source) {
    try {
      return Files.readString(source);
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }
}
