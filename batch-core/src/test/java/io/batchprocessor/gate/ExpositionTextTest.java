package io.batchprocessor.gate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ExpositionTextTest {

  /** As a vLLM server says it, with what other servers add: timestamps, exemplars, odd blanks. */
  private static final String PAGE =
      """
      # HELP vllm:num_requests_running Number of requests in model execution batches.
      # TYPE vllm:num_requests_running gauge
      vllm:num_requests_running{engine="0",model_name="meta-llama/Llama-3.1-8B"} 8.0
      vllm:num_requests_running{engine="1",model_name="meta-llama/Llama-3.1-8B"} 5.0
      vllm:num_requests_waiting{engine="0",model_name="a \\"b\\" \\\\ c\\nd, }",} 3 1700000000000

      up 1
      \tinference_pool_ready_pods { name = "pool" , } 2e0
      # TYPE vllm:time_to_first_token_seconds histogram
      vllm:time_to_first_token_seconds_bucket{engine="0",le="0.1"} 4.0
      vllm:time_to_first_token_seconds_bucket{engine="0",le="0.5"} 8.0 # {trace_id="x"} 0.4
      vllm:time_to_first_token_seconds_bucket{engine="0",le="+Inf"} 10.0
      vllm:time_to_first_token_seconds_sum{engine="0"} 12.5
      vllm:time_to_first_token_seconds_count{engine="0"} 10.0
      vllm:time_to_first_token_seconds_bucket{engine="1",le="0.1"} 0
      vllm:time_to_first_token_seconds_bucket{engine="1",le="0.5"} 2
      vllm:time_to_first_token_seconds_bucket{engine="1",le="+Inf"} 2
      vllm:time_to_first_token_seconds_sum{engine="1"} 0.5
      broken NaN
      high +Inf
      low -Inf
      # EOF
      """;

  private static MetricSamples all(String text) {
    return ExpositionText.parse(text, name -> true);
  }

  @Test
  void samples_have_name_labels_and_value() {
    MetricSamples page = all(PAGE);

    assertThat(page.sum("vllm:num_requests_running", Map.of())).hasValue(13);
    assertThat(page.sum("vllm:num_requests_running", Map.of("engine", "1"))).hasValue(5);
    assertThat(page.ask(Aggregation.MEAN, "vllm:num_requests_running", Map.of())).hasValue(6.5);
    assertThat(page.sum("vllm:num_requests_running", Map.of("engine", "2"))).isEmpty();
    assertThat(page.sum("up", Map.of())).hasValue(1);
    assertThat(page.sum("inference_pool_ready_pods", Map.of("name", "pool"))).hasValue(2);
    assertThat(page.matching("vllm:num_requests_waiting", Map.of()).findFirst().orElseThrow())
        .isEqualTo(
            new MetricSample(
                "vllm:num_requests_waiting",
                Map.of("engine", "0", "model_name", "a \"b\" \\ c\nd, }"),
                3));
  }

  @Test
  void what_is_no_number_counts_as_missing() {
    MetricSamples page = all(PAGE);

    assertThat(page.matching("broken", Map.of()).findFirst().orElseThrow().value()).isNaN();
    assertThat(page.matching("high", Map.of()).findFirst().orElseThrow().value())
        .isEqualTo(Double.POSITIVE_INFINITY);
    assertThat(page.sum("broken", Map.of())).isEmpty();
    assertThat(page.sum("high", Map.of())).isEmpty();
    assertThat(page.ask(Aggregation.MAX, "low", Map.of())).isEmpty();
  }

  @Test
  void a_histogram_is_the_sum_of_its_series() {
    CumulativeHistogram both =
        all(PAGE).histogram("vllm:time_to_first_token_seconds", Map.of()).orElseThrow();

    assertThat(both.count()).isEqualTo(12);
    assertThat(both.sum()).isEqualTo(13);
    // Rank 6 of 12: the 2nd of the 6 between 0.1 and 0.5.
    assertThat(both.quantile(0.5)).isCloseTo(0.1 + 0.4 * 2 / 6, within(1e-9));
    assertThat(both.quantile(0.99)).isEqualTo(0.5);
    assertThat(all(PAGE).histogram("vllm:time_to_first_token_seconds", Map.of("engine", "7")))
        .isEmpty();
    assertThat(
            all(PAGE)
                .histogram("vllm:time_to_first_token_seconds", Map.of("engine", "1"))
                .orElseThrow()
                .quantile(0.5))
        .isCloseTo(0.3, within(1e-9));
  }

  @Test
  void two_readings_of_a_histogram_tell_what_came_in_between() {
    double[] bounds = {1, 2, Double.POSITIVE_INFINITY};
    CumulativeHistogram before = new CumulativeHistogram(bounds, new double[] {5, 6, 6}, 8);
    CumulativeHistogram after = new CumulativeHistogram(bounds, new double[] {5, 8, 10}, 30);

    CumulativeHistogram between = after.since(before);
    assertThat(between.count()).isEqualTo(4);
    assertThat(between.sum()).isEqualTo(22);
    assertThat(between.quantile(0.5)).isEqualTo(2);
    assertThat(between.quantile(0.25)).isEqualTo(1.5);
    assertThat(after.since(after).quantile(0.5)).isNaN();
    // The server started again.
    CumulativeHistogram restarted = new CumulativeHistogram(bounds, new double[] {1, 1, 1}, 0.5);
    assertThat(restarted.since(after)).isSameAs(restarted);
  }

  @Test
  void only_what_is_wanted_is_read() {
    assertThat(ExpositionText.parse(PAGE, "up"::equals).all())
        .containsExactly(new MetricSample("up", Map.of(), 1));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "<html><body>503</body></html>",
        "up",
        "up one",
        "up{",
        "up{a=\"b",
        "up{a=\"b\\x\"} 1",
        "up{a=b} 1",
        "up{a=\"b\" c=\"d\"} 1",
        "up{1=\"b\"} 1",
        "{\"status\":\"success\"}",
        "fine 1\nup{a=\"b\n\"} 1"
      })
  void a_page_with_a_line_that_is_no_sample_is_refused(String page) {
    assertThatThrownBy(() -> all(page))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("line " + (page.startsWith("fine") ? 2 : 1))
        .hasMessageContaining("expected");
  }

  @Test
  void an_empty_page_has_no_samples() {
    assertThat(all("").all()).isEmpty();
    assertThat(all("\n\n# only a comment").all()).isEmpty();
    assertThat(all("up 1\r\n").all()).hasSize(1);
  }

  @Test
  void what_was_written_is_read_whatever_is_in_it() {
    Random random = new Random(42);
    for (int round = 0; round < 500; round++) {
      List<MetricSample> samples =
          random.ints(random.nextInt(8), 0, 1_000).mapToObj(i -> sample(random, i)).toList();
      String page = samples.stream().map(ExpositionTextTest::written).collect(Collectors.joining());
      assertThat(all(page).all()).as(page).isEqualTo(samples);
    }
  }

  private static MetricSample sample(Random random, int number) {
    String odd = "{}\",=\\ \n#\té😀" + number;
    Map<String, String> labels = new TreeMap<>();
    for (int i = random.nextInt(4); i > 0; i--) {
      int from = random.nextInt(8);
      labels.put("label_" + i, odd.substring(from, from + random.nextInt(4)));
    }
    return new MetricSample("metric:" + number, labels, random.nextGaussian() * number);
  }

  private static String written(MetricSample sample) {
    String labels =
        sample.labels().entrySet().stream()
            .map(
                label ->
                    "%s=\"%s\""
                        .formatted(
                            label.getKey(),
                            label
                                .getValue()
                                .replace("\\", "\\\\")
                                .replace("\"", "\\\"")
                                .replace("\n", "\\n")))
            .collect(Collectors.joining(","));
    return "%s{%s} %s\n".formatted(sample.name(), labels, sample.value());
  }
}
