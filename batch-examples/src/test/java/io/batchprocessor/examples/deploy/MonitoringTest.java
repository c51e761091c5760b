package io.batchprocessor.examples.deploy;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import io.batchprocessor.BatchProcessor;
import io.batchprocessor.memory.MemoryTransport;
import io.batchprocessor.metrics.BatchMetric;
import io.batchprocessor.metrics.BatchMetrics;
import io.batchprocessor.spi.DispatchGate;
import io.batchprocessor.spi.Permit;
import io.batchprocessor.spi.RequestView;
import io.batchprocessor.spi.Verdict;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** The dashboard and the alerts name what a running processor shows, and what the guide says. */
class MonitoringTest {

  private static final Path MODULE = module();
  private static final Path DASHBOARD = MODULE.resolve("deploy/grafana/batch-processor.json");
  private static final Path ALERTS = MODULE.resolve("deploy/prometheus/alerts.yaml");
  private static final Path GUIDE = MODULE.resolve("OPERATIONS.md");

  private static final Pattern SERIES = Pattern.compile("\\b(batch_[a-z_]+)(?:\\{([^}]*)})?");
  private static final Pattern MATCHER =
      Pattern.compile("([a-z_]+)\\s*(=~|!~|!=|=)\\s*\"([^\"]*)\"");
  private static final Pattern GROUPING =
      Pattern.compile("\\b(?:by|on|group_left)\\s*\\(([^)]*)\\)");
  private static final Pattern SAMPLE = Pattern.compile("(batch_[a-z_]+)\\{([^}]*)} .*");

  /** What Prometheus adds, and whoever deploys it. */
  private static final Set<String> OF_TARGETS = Set.of("instance", "job");

  /** Values of each label of each series. */
  private static final Map<String, Map<String, Set<String>>> SCRAPE = new TreeMap<>();

  @BeforeAll
  static void scrape() {
    PrometheusMeterRegistry registry = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
    try (MemoryTransport queues = MemoryTransport.builder().build();
        BatchProcessor processor =
            BatchProcessor.builder()
                .transport(queues)
                .endpoint(URI.create("http://localhost:8000/v1/completions"))
                .gate(Measuring::new)
                .listener(BatchMetrics.of(registry))
                .build()) {
      processor.start();
      registry.scrape().lines().forEach(MonitoringTest::read);
    }
  }

  private static void read(String line) {
    Matcher sample = SAMPLE.matcher(line);
    if (sample.matches()) {
      Map<String, Set<String>> labels =
          SCRAPE.computeIfAbsent(sample.group(1), name -> new TreeMap<>());
      Matcher label = MATCHER.matcher(sample.group(2));
      while (label.find()) {
        labels.computeIfAbsent(label.group(1), name -> new TreeSet<>()).add(label.group(3));
      }
    }
  }

  private static final class Measuring implements DispatchGate {
    @Override
    public String name() {
      return "measuring";
    }

    @Override
    public Verdict tryAcquire(RequestView request) {
      return new Verdict.Go(Permit.UNCOUNTED);
    }

    @Override
    public double budget() {
      return 1;
    }

    @Override
    public Map<String, Double> measurements() {
      return Map.of("limit", 8.0);
    }
  }

  private static JsonNode dashboard() throws IOException {
    return new ObjectMapper().readTree(DASHBOARD.toFile());
  }

  private static List<JsonNode> rules() throws IOException {
    List<JsonNode> rules = new ArrayList<>();
    new ObjectMapper(new YAMLFactory())
        .readTree(ALERTS.toFile())
        .get("groups")
        .forEach(group -> group.get("rules").forEach(rules::add));
    return rules;
  }

  private static List<String> expressions(JsonNode node) {
    return node.findValuesAsText("expr");
  }

  private static void assertExists(String expression) {
    Set<String> labels = new HashSet<>(OF_TARGETS);
    Matcher series = SERIES.matcher(expression);
    int found = 0;
    while (series.find()) {
      found++;
      assertThat(SCRAPE).as("series of: %s", expression).containsKey(series.group(1));
      Map<String, Set<String>> known = SCRAPE.get(series.group(1));
      labels.addAll(known.keySet());
      Matcher matcher = MATCHER.matcher(series.group(2) == null ? "" : series.group(2));
      while (matcher.find()) {
        assertThat(known)
            .as("labels of %s in: %s", series.group(1), expression)
            .containsKey(matcher.group(1));
        if (matcher.group(2).equals("=")) {
          assertThat(known.get(matcher.group(1))).as(expression).contains(matcher.group(3));
        }
      }
    }
    assertThat(found).as("series in: %s", expression).isPositive();
    Matcher grouping = GROUPING.matcher(expression);
    while (grouping.find()) {
      assertThat(labels).as(expression).containsAll(names(grouping.group(1)));
    }
  }

  private static List<String> names(String list) {
    return Stream.of(list.split(",")).map(String::strip).filter(name -> !name.isEmpty()).toList();
  }

  @Test
  void every_series_of_the_dashboard_exists() throws IOException {
    List<String> expressions = expressions(dashboard());

    assertThat(expressions).hasSizeGreaterThan(30);
    expressions.forEach(MonitoringTest::assertExists);
    dashboard().at("/templating/list").findValuesAsText("query").stream()
        .filter(query -> query.startsWith("label_values("))
        .forEach(
            query -> {
              List<String> parts =
                  names(query.substring("label_values(".length(), query.length() - 1));
              assertThat(SCRAPE).containsKey(parts.get(0));
              assertThat(SCRAPE.get(parts.get(0))).containsKey(parts.get(1));
            });
  }

  @Test
  void every_series_of_the_alerts_exists() throws IOException {
    assertThat(rules()).hasSizeGreaterThan(10);
    rules().forEach(rule -> assertExists(rule.get("expr").asText()));
  }

  @Test
  void every_metric_is_on_the_dashboard() throws IOException {
    String expressions = String.join("\n", expressions(dashboard()));

    assertThat(Stream.of(BatchMetric.values()))
        .filteredOn(metric -> !onDashboard(metric, expressions))
        .as("only that what is received and sent is told by other panels")
        .containsExactlyInAnyOrder(BatchMetric.RECEIVED, BatchMetric.DISPATCHED, BatchMetric.SHED);
  }

  private static boolean onDashboard(BatchMetric metric, String expressions) {
    return expressions.contains(metric.meterName().replace('.', '_'));
  }

  @Test
  void panels_have_ids_of_their_own_and_do_not_overlap() throws IOException {
    Set<Integer> ids = new HashSet<>();
    Set<String> cells = new HashSet<>();
    for (JsonNode panel : dashboard().get("panels")) {
      assertThat(ids.add(panel.get("id").asInt())).isTrue();
      JsonNode place = panel.get("gridPos");
      for (int x = 0; x < place.get("w").asInt(); x++) {
        for (int y = 0; y < place.get("h").asInt(); y++) {
          int column = place.get("x").asInt() + x;
          assertThat(column).isLessThan(24);
          assertThat(cells.add(column + "," + (place.get("y").asInt() + y)))
              .as(panel.get("title").asText())
              .isTrue();
        }
      }
    }
  }

  @Test
  void every_alert_names_a_section_of_the_guide() throws IOException {
    Set<String> sections =
        Files.readAllLines(GUIDE).stream()
            .filter(line -> line.startsWith("#"))
            .map(MonitoringTest::anchor)
            .collect(Collectors.toSet());
    Set<String> names = new HashSet<>();
    for (JsonNode rule : rules()) {
      assertThat(names.add(rule.get("alert").asText())).isTrue();
      assertThat(rule.at("/labels/severity").asText()).isIn("critical", "warning", "info");
      assertThat(rule.at("/annotations/summary").asText()).isNotEmpty();
      assertThat(sections).contains(rule.at("/annotations/guide").asText());
    }
    String guide = Files.readString(GUIDE);
    assertThat(names).allSatisfy(name -> assertThat(guide).contains("`" + name + "`"));
  }

  /** As GitHub makes it of a heading. */
  private static String anchor(String heading) {
    return "#"
        + heading
            .replaceFirst("^#+ ", "")
            .toLowerCase(Locale.ROOT)
            .replaceAll("[^\\p{L}\\p{N} -]", "")
            .replace(' ', '-');
  }

  private static Path module() {
    return Stream.iterate(Path.of("").toAbsolutePath(), path -> path.getParent())
        .map(path -> path.endsWith("batch-examples") ? path : path.resolve("batch-examples"))
        .filter(path -> Files.exists(path.resolve("deploy/prometheus")))
        .findFirst()
        .orElseThrow();
  }
}
