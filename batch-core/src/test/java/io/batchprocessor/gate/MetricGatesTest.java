package io.batchprocessor.gate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.batchprocessor.spi.DispatchGate;
import io.batchprocessor.spi.InvalidSettingsException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Gates that read metrics over HTTP, made as a configuration makes them. */
class MetricGatesTest {

  /** As an endpoint picker of the Gateway API inference extension and two vLLM pods have it. */
  private static final String PICKER =
      """
      inference_pool_ready_pods{name="mine"} 2
      inference_pool_ready_pods{name="other"} 9
      inference_pool_per_pod_queue_size{name="mine",model_server_pod="a"} 10
      inference_pool_per_pod_queue_size{name="mine",model_server_pod="b"} 30
      inference_pool_per_pod_queue_size{name="other",model_server_pod="c"} 100
      """;

  private static final String FLOW_CONTROL =
      """
      inference_extension_flow_control_queue_size{inference_pool="mine",priority="0"} 5
      inference_extension_flow_control_queue_size{inference_pool="mine",priority="1"} 15
      inference_extension_flow_control_queue_size{inference_pool="other",priority="1"} 500
      inference_extension_flow_control_pool_saturation{inference_pool="mine"} 0.5
      inference_extension_flow_control_pool_saturation{inference_pool="other"} 1.5
      """;

  private static final String VLLM =
      """
      vllm:num_requests_running{engine="0",model_name="m"} 20
      vllm:num_requests_running{engine="1",model_name="m"} 10
      vllm:num_requests_waiting{engine="0",model_name="m"} 6
      vllm:num_requests_waiting{engine="1",model_name="m"} 4
      vllm:kv_cache_usage_perc{engine="0",model_name="m"} 0.2
      vllm:kv_cache_usage_perc{engine="1",model_name="m"} 0.4
      """;

  private final MetricsServer server = new MetricsServer("");

  @AfterEach
  void close() {
    server.close();
  }

  private DispatchGate gate(String id, String... pairs) {
    Map<String, String> values = new HashMap<>();
    for (int i = 0; i < pairs.length; i += 2) {
      values.put("gate." + id + "." + pairs[i], pairs[i + 1]);
    }
    values.putIfAbsent("gate." + id + ".every", "20ms");
    return Asked.gate(id, values, System::nanoTime);
  }

  private String url() {
    return server.url().toString();
  }

  private static void assertBudget(DispatchGate gate, double budget) {
    Awaitility.await()
        .atMost(Duration.ofSeconds(20))
        .pollInterval(Duration.ofMillis(5))
        .untilAsserted(
            () ->
                assertThat(gate.budget())
                    .isEqualTo(budget, org.assertj.core.data.Offset.offset(1e-9)));
  }

  @Test
  void scrape_takes_a_share_as_it_is() {
    server.page(VLLM);
    try (DispatchGate gate = gate("scrape", "url", url(), "metric", "vllm:kv_cache_usage_perc")) {
      assertBudget(gate, 0.7);
    }
    try (DispatchGate gate =
        gate(
            "scrape",
            "url",
            url(),
            "metric",
            "vllm:kv_cache_usage_perc",
            "aggregation",
            "max",
            "baseline",
            "0.1")) {
      assertBudget(gate, 0.5);
    }
    try (DispatchGate gate =
        gate(
            "scrape",
            "url",
            url(),
            "metric",
            "vllm:kv_cache_usage_perc",
            "labels",
            "engine=0,model_name=m")) {
      assertBudget(gate, 0.8);
    }
  }

  @Test
  void scrape_counts_requests_against_pods() {
    server.page(VLLM + PICKER);
    try (DispatchGate gate =
        gate("scrape", "url", url(), "metric", "vllm:num_requests_waiting", "per-pod", "40")) {
      assertBudget(gate, 0.75);
      assertThat(gate.measurements()).containsEntry("capacity", 40.0);
      assertThat(Asked.permits(gate, 100)).hasSizeGreaterThanOrEqualTo(30);
    }
    try (MetricsServer pods = new MetricsServer(PICKER);
        DispatchGate gate =
            gate(
                "scrape",
                "url",
                url(),
                "metric",
                "vllm:num_requests_running",
                "per-pod",
                "30",
                "pods-url",
                pods.url().toString(),
                "pods-metric",
                "inference_pool_ready_pods",
                "pods-labels",
                "name=mine")) {
      server.page(VLLM);
      assertBudget(gate, 0.5);
      pods.page("inference_pool_ready_pods{name=\"mine\"} 0");
      assertBudget(gate, 0);
    }
  }

  @Test
  void a_metric_that_goes_missing_falls_back_and_comes_back() {
    server.page("load 0.9");
    try (DispatchGate gate =
        gate("scrape", "url", url(), "metric", "load", "fallback", "0.25", "max-age", "200ms")) {
      assertBudget(gate, 0.1);
      server.page("other 1");
      assertBudget(gate, 0.25);
      assertThat(gate.measurements()).containsEntry("reading_missing", 1.0);
      server.page("load NaN");
      assertBudget(gate, 0.25);
      server.page("load 0.5");
      assertBudget(gate, 0.5);
      server.status(503);
      assertBudget(gate, 0.25);
      server.status(200);
      server.page("<html>");
      assertBudget(gate, 0.25);
      server.page("load 0.8");
      assertBudget(gate, 0.2);
    }
  }

  @ParameterizedTest
  @CsvSource({
    "scrape, url, 'metric=load'",
    "scrape, pods-url, 'metric=load,url=http://h/,per-pod=1,pods-metric=pods'",
    "prometheus, url, 'query=load'",
    "slo, url, 'live-ttft-p99=100ms'",
    "saturation, urls, 'pool=p'",
    "saturation, prometheus, 'pool=p'",
    "budget, urls, 'pool=p'",
    "budget, prometheus, 'pool=p'"
  })
  void a_url_with_a_password_or_a_fragment_is_refused_without_telling_it(
      String id, String key, String others) {
    List<String> pairs = new ArrayList<>();
    for (String pair : List.of(others.split(",", -1))) {
      pairs.addAll(List.of(pair.split("=", 2)));
    }
    pairs.addAll(List.of(key, "http://me:sesame@host/metrics"));
    String[] withPassword = pairs.toArray(String[]::new);
    assertThatThrownBy(() -> gate(id, withPassword))
        .isInstanceOf(InvalidSettingsException.class)
        .hasMessageContaining("gate." + id + "." + key)
        .hasMessageContaining("http or https")
        .hasMessageNotContaining("sesame");

    pairs.set(pairs.size() - 1, "http://host/metrics#part");
    String[] withFragment = pairs.toArray(String[]::new);
    assertThatThrownBy(() -> gate(id, withFragment))
        .isInstanceOf(InvalidSettingsException.class)
        .hasMessageContaining("gate." + id + "." + key);
  }

  @Test
  void slo_tells_when_live_traffic_can_not_be_seen() {
    server.page("other 1");
    try (DispatchGate gate =
        gate("slo", "url", url(), "live-ttft-p99", "100ms", "fallback", "0.25", "every", "5ms")) {
      assertBudget(gate, 0.25);
      assertThat(gate.measurements()).containsEntry("reading_missing", 1.0);
      server.page(
          """
          vllm:num_requests_running 1
          vllm:time_to_first_token_seconds_bucket{le="0.1"} 1
          vllm:time_to_first_token_seconds_bucket{le="+Inf"} 1
          vllm:time_to_first_token_seconds_count 1
          """);
      Awaitility.await().until(() -> gate.measurements().get("reading_missing") == 0.0);
      assertThat(gate.measurements()).containsEntry("live", 1.0);
    }
  }

  @ParameterizedTest
  @CsvSource({
    "live-ttft-p99, time_to_first_token_seconds, inter_token_latency_seconds",
    "live-itl-p99, inter_token_latency_seconds, time_to_first_token_seconds",
    "live-itl-p99, time_per_output_token_seconds, time_to_first_token_seconds"
  })
  void slo_does_not_go_by_a_page_without_what_it_needs(
      String allowance, String needed, String other) {
    String running = "vllm:num_requests_running 1\n";
    server.page(running + histogram(needed, "1") + histogram(other, "1"));
    try (DispatchGate gate =
        gate("slo", "url", url(), allowance, "100ms", "fallback", "0.25", "max-age", "200ms")) {
      Awaitility.await().until(() -> gate.measurements().get("reading_missing") == 0.0);

      for (String without :
          List.of(histogram(other, "1"), histogram(other, "1") + histogram(needed, "NaN"))) {
        server.page(running + without);
        Awaitility.await().until(() -> gate.measurements().get("reading_missing") == 1.0);
        assertBudget(gate, 0.25);
        server.page(running + histogram(needed, "1") + histogram(other, "1"));
        Awaitility.await().until(() -> gate.measurements().get("reading_missing") == 0.0);
      }
      server.page(running + "vllm:%s_bucket{le=\"+Inf\"} 1\n".formatted(needed));
      Awaitility.await().until(() -> gate.measurements().get("reading_missing") == 1.0);
    }
  }

  private static String histogram(String name, String count) {
    return """
        vllm:%1$s_bucket{le="0.1"} %2$s
        vllm:%1$s_bucket{le="+Inf"} %2$s
        """
        .formatted(name, count);
  }

  @ParameterizedTest
  @CsvSource({
    "'[{\"metric\":{},\"value\":[1,\"0.4\"]}]', vector, 0.3",
    "'[1,\"0.4\"]', scalar, 0.3",
    "'[{\"metric\":{},\"value\":[1,\"7\"]}]', vector, 1",
    "'[{\"metric\":{},\"value\":[1,\"-7\"]}]', vector, 0",
    "'[]', vector, 0.75",
    "'[{\"metric\":{},\"value\":[1,\"NaN\"]}]', vector, 0.75",
    "'[{\"value\":[1,\"0.4\"]},{\"value\":[1,\"0.4\"]}]', vector, 0.75",
    "'[]', matrix, 0.75",
    "'[{\"metric\":{},\"value\":[1,\"much\"]}]', vector, 0.75"
  })
  void prometheus_gives_the_budget_itself(String result, String type, double budget) {
    server.page(
        "{\"status\":\"success\",\"data\":{\"resultType\":\"%s\",\"result\":%s}}"
            .formatted(type, result));
    try (DispatchGate gate =
        gate(
            "prometheus",
            "url",
            url(),
            "query",
            "1 - sum(x{a=\"b c\"}) / 100",
            "baseline",
            "0.1",
            "fallback",
            "0.75")) {
      Awaitility.await()
          .untilAsserted(
              () ->
                  assertThat(server.requests())
                      .contains(
                          "/metrics/api/v1/query?query=1+-+sum%28x%7Ba%3D%22b+c%22%7D%29+%2F+100"));
      assertBudget(gate, budget);
    }
  }

  @Test
  void prometheus_falls_back_if_the_server_says_no_json_or_an_error() {
    server.page("not json");
    try (DispatchGate gate = gate("prometheus", "url", url(), "query", "x", "fallback", "0.5")) {
      assertBudget(gate, 0.5);
      server.status(400);
      server.page("{\"status\":\"error\",\"error\":\"parse error\"}");
      assertBudget(gate, 0.5);
    }
  }

  @Test
  void saturation_is_that_of_the_pickers_flow_control() {
    server.page(PICKER + FLOW_CONTROL);
    try (DispatchGate gate = gate("saturation", "urls", url(), "pool", "mine")) {
      assertBudget(gate, 0.3);
      server.page(FLOW_CONTROL.replace("inference_extension_", "llm_d_epp_"));
      assertBudget(gate, 0.3);
      server.page(FLOW_CONTROL.replace("0.5", "0.8"));
      assertBudget(gate, 0);
    }
    try (DispatchGate gate =
        gate("saturation", "urls", url(), "pool", "unknown", "fallback", "0.9")) {
      assertBudget(gate, 0.9);
    }
  }

  @Test
  void budget_goes_by_the_first_metric_that_is_there() {
    try (DispatchGate gate =
        gate("budget", "urls", url(), "pool", "mine", "per-pod", "50", "baseline", "0.1")) {
      server.page(PICKER + FLOW_CONTROL + VLLM);
      assertBudget(gate, 1 - 20.0 / 100 - 0.1);
      server.page(PICKER + VLLM);
      assertBudget(gate, 1 - 40.0 / 100 - 0.1);
      // The last pod is gone: the picker's count of ready pods stands still, its queues are gone.
      server.page("inference_pool_ready_pods{name=\"mine\"} 1\n" + VLLM);
      assertBudget(gate, 1 - 40.0 / 50 - 0.1);
      server.page(VLLM);
      assertBudget(gate, 1 - 40.0 / 100 - 0.1);
    }
  }

  @Test
  void a_pool_can_be_asked_about_at_a_prometheus_server() {
    server.page(
        "{\"status\":\"success\",\"data\":{\"resultType\":\"vector\",\"result\":"
            + "[{\"metric\":{},\"value\":[1,\"2\"]}]}}");
    try (DispatchGate gate =
        gate("budget", "prometheus", url(), "pool", "p\"q", "namespace", "ns", "per-pod", "10")) {
      assertBudget(gate, 1 - 2.0 / 20 - 0.05);
      assertThat(server.requests())
          .contains(
              "/metrics/api/v1/query?query=max%28inference_pool_ready_pods%7Bname%3D%22p%5C%22q%22"
                  + "%2Cnamespace%3D%22ns%22%7D%29",
              "/metrics/api/v1/query?query=sum%28inference_extension_flow_control_queue_size%7B"
                  + "inference_pool%3D%22p%5C%22q%22%2Cnamespace%3D%22ns%22%7D%29");
    }
  }

  @ParameterizedTest
  @CsvSource({
    "scrape, 'metric=x', gate.scrape.url is missing",
    "scrape, 'url=http://x/;metric=x;pods-metric=p', needs gate.scrape.per-pod",
    "scrape, 'url=http://x/;metric=x;pods-url=http://y/;per-pod=1', needs gate.scrape.pods-metric",
    "scrape, 'url=http://x/;metric=x;every=10s', must be at least gate.scrape.every=10000 ms",
    "scrape, 'url=file:/x;metric=x', must be http or https",
    "scrape, 'url=http://x/;metric=x;labels=a', must be name=value",
    "scrape, 'url=http://x/;metric=x;fallback=2', must be from 0 to 1",
    "prometheus, 'url=http://x/', gate.prometheus.query is missing",
    "saturation, 'pool=p', one of gate.saturation.urls and gate.saturation.prometheus must be set",
    "budget, 'pool=p;urls=http://x/;prometheus=http://y/', must be set\\, and not both",
    "budget, 'urls=http://x/', gate.budget.pool is missing",
    "rate, 'burst=1', gate.rate.per-second is missing",
    "max-concurrency, '', gate.max-concurrency.limit is missing"
  })
  void settings_that_do_not_go_together_are_found_before_the_start(
      String id, String pairs, String problem) {
    Map<String, String> values = new HashMap<>();
    for (String pair : pairs.split(";", -1)) {
      int equals = pair.indexOf('=');
      if (equals > 0) {
        values.put("gate." + id + "." + pair.substring(0, equals), pair.substring(equals + 1));
      }
    }
    assertThatThrownBy(() -> Asked.gate(id, values, System::nanoTime))
        .isInstanceOf(InvalidSettingsException.class)
        .hasMessageContaining(problem.replace("\\", ""));
  }
}
