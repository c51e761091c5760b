package io.batchprocessor;

import static org.assertj.core.api.Assertions.assertThat;

import io.batchprocessor.metrics.BatchMetric;
import io.micrometer.core.instrument.Meter;
import io.micrometer.prometheusmetrics.PrometheusNamingConvention;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The module's README shows the metrics that the code has. */
class MetricsTableTest {

  private static final String BEGIN = "<!-- metrics:begin -->\n";
  private static final String END = "<!-- metrics:end -->";

  @Test
  void every_metric_is_in_the_table_as_the_code_has_it() throws IOException {
    Path readme = root().resolve("batch-core/README.md");
    String text = Files.readString(readme);
    int begin = text.indexOf(BEGIN) + BEGIN.length();
    int end = text.indexOf(END);
    assertThat(begin).isGreaterThan(BEGIN.length());
    assertThat(end).isGreaterThanOrEqualTo(begin);
    if (Boolean.getBoolean("readme.write")) {
      Files.writeString(readme, text.substring(0, begin) + table() + text.substring(end));
      return;
    }
    assertThat(text.substring(begin, end))
        .as(
            "batch-core/README.md is behind the code; bring it up to date with: mvn -pl batch-core test"
                + " -Dtest=MetricsTableTest -Dsurefire.extraArgs=-Dreadme.write=true")
        .isEqualTo(table());
  }

  private static String table() {
    return Stream.of(BatchMetric.values())
        .map(MetricsTableTest::row)
        .collect(
            Collectors.joining(
                "",
                "| metric | in Prometheus | labels | meaning |\n| --- | --- | --- | --- |\n",
                ""));
  }

  private static String row(BatchMetric metric) {
    return "| `%s` | `%s` | %s | %s: %s |\n"
        .formatted(
            metric.meterName(),
            prometheusName(metric),
            metric.labels().stream()
                .map(label -> "`" + label + "`")
                .collect(Collectors.joining(", ")),
            kind(metric),
            metric.meaning());
  }

  private static String kind(BatchMetric metric) {
    String kind =
        switch (metric.type()) {
          case COUNTER -> "counter";
          case GAUGE -> "gauge";
          case TIMER, SUMMARY -> metric.hasBuckets() ? "histogram" : "summary";
        };
    return metric.unit() == null ? kind : kind + ", " + metric.unit();
  }

  private static String prometheusName(BatchMetric metric) {
    Meter.Type type =
        switch (metric.type()) {
          case COUNTER -> Meter.Type.COUNTER;
          case GAUGE -> Meter.Type.GAUGE;
          case TIMER -> Meter.Type.TIMER;
          case SUMMARY -> Meter.Type.DISTRIBUTION_SUMMARY;
        };
    String name = new PrometheusNamingConvention().name(metric.meterName(), type, metric.unit());
    // The client adds the suffix of counters when it writes them.
    return type == Meter.Type.COUNTER && !name.endsWith("_total") ? name + "_total" : name;
  }

  private static Path root() {
    return Stream.iterate(Path.of("").toAbsolutePath(), path -> path.getParent())
        .filter(path -> Files.exists(path.resolve("CHANGELOG.md")))
        .findFirst()
        .orElseThrow();
  }
}
