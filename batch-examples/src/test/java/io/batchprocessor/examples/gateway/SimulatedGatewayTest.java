package io.batchprocessor.examples.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.batchprocessor.examples.gateway.EngineSettings.Scheduling;
import java.io.IOException;
import java.net.ConnectException;
import java.net.Socket;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(120)
class SimulatedGatewayTest {

  /** Hours of generating: for the length of a test it never ends by itself. */
  private static final int FOREVER = 30_000_000;

  private static final String[] LIVE = {"x-gateway-inference-objective", "critical"};
  private static final String[] BATCH = {"x-gateway-inference-objective", "batch"};

  private final List<AutoCloseable> opened = new ArrayList<>();

  @AfterEach
  void close() throws Exception {
    for (int i = opened.size() - 1; i >= 0; i--) {
      opened.get(i).close();
    }
  }

  @Test
  void a_completion_is_answered_in_the_form_of_the_openai_api() throws Exception {
    GatewayClient client = clientOf(start(gateway(4, 4)));

    HttpResponse<String> response =
        client
            .post(
                "/v1/completions",
                "{\"model\":\"mine\",\"prompt\":\"eight ch\",\"max_tokens\":5}",
                "x-request-id",
                "r-1")
            .join();

    assertThat(response.statusCode()).isEqualTo(200);
    JsonNode body = new ObjectMapper().readTree(response.body());
    assertThat(body.path("id").asText()).isEqualTo("cmpl-r-1");
    assertThat(body.path("object").asText()).isEqualTo("text_completion");
    assertThat(body.path("model").asText()).isEqualTo("mine");
    assertThat(body.at("/choices/0/text").asText().split(" ")).hasSize(5);
    assertThat(body.at("/usage/prompt_tokens").asInt()).isEqualTo(2);
    assertThat(body.at("/usage/completion_tokens").asInt()).isEqualTo(5);
    assertThat(body.at("/usage/total_tokens").asInt()).isEqualTo(7);
    StepCosts costs = StepCosts.h100();
    assertThat(millis(response, "x-simulated-ttft-millis"))
        .isGreaterThanOrEqualTo(costs.stepNanos(2, 0, 0) / 1e6 - 0.001);
    assertThat(millis(response, "x-simulated-total-millis"))
        .isGreaterThan(millis(response, "x-simulated-ttft-millis") + 4 * costs.baseNanos() / 1e6);
  }

  @Test
  void a_chat_completion_is_answered_as_such() throws Exception {
    GatewayClient client = clientOf(start(gateway(4, 4)));

    HttpResponse<String> response =
        client
            .post(
                "/v1/chat/completions",
                "{\"messages\":[{\"role\":\"user\",\"content\":\"hi\"}],\"max_tokens\":2}")
            .join();

    JsonNode body = new ObjectMapper().readTree(response.body());
    assertThat(body.path("object").asText()).isEqualTo("chat.completion");
    assertThat(body.at("/choices/0/message/role").asText()).isEqualTo("assistant");
    assertThat(body.at("/choices/0/message/content").asText()).isNotBlank();
  }

  @Test
  void what_is_not_a_request_is_refused_with_the_reason() throws Exception {
    GatewayClient client = clientOf(start(gateway(4, 4)));

    assertRefused(client, "{\"prompt\":", "not JSON");
    assertRefused(client, "{\"prompt\":\"a\"} x", "not JSON");
    assertRefused(client, "[1]", "must be a JSON object");
    assertRefused(client, "{\"max_tokens\":5}", "'prompt' or 'messages'");
    assertRefused(client, "{\"prompt\":\"a\",\"max_tokens\":0}", "'max_tokens'");
    assertRefused(client, "{\"prompt\":\"a\",\"max_tokens\":1.5}", "'max_tokens'");
    assertRefused(client, "{\"prompt\":\"a\",\"max_tokens\":2000000000}", "the model has room");
    assertRefused(client, "{\"prompt\":\"a\",\"stream\":true}", "'stream'");
    assertThat(client.metrics()).containsEntry("simulated_gateway_requests_total", 0.0);
  }

  @Test
  void unknown_paths_and_methods_are_told_so() throws Exception {
    GatewayClient client = clientOf(start(gateway(4, 4).path("/custom/generate")));

    assertThat(client.post("/v1/nothing", "{}").join().statusCode()).isEqualTo(404);
    HttpResponse<String> get = client.get("/v1/completions");
    assertThat(get.statusCode()).isEqualTo(405);
    assertThat(get.headers().firstValue("allow")).contains("POST");
    assertThat(client.post("/custom/generate?a=b", GatewayClient.body(1)).join().statusCode())
        .isEqualTo(200);
    assertThat(client.get("/health").statusCode()).isEqualTo(200);
    assertThat(client.get("/v1/models").body()).contains("simulated-llama-3.1-8b");
  }

  @Test
  void no_more_run_than_there_are_slots_and_more_than_the_queue_holds_are_shed() throws Exception {
    SimulatedGateway gateway = start(gateway(3, 5).retryAfter(Duration.ofSeconds(7)));
    GatewayClient client = clientOf(gateway);
    for (int i = 0; i < 8; i++) {
      hold(client);
    }
    awaitHeld(gateway, 3, 5);

    HttpResponse<String> shed = client.complete(1, LIVE).join();

    assertThat(shed.statusCode()).isEqualTo(429);
    assertThat(shed.headers().firstValue("retry-after")).contains("7");
    assertThat(client.metrics())
        .containsEntry("vllm:num_requests_running", 3.0)
        .containsEntry("vllm:num_requests_waiting", 5.0)
        .containsEntry("simulated_gateway_shed_total", 1.0);
  }

  @Test
  void an_aborted_connection_frees_its_slot_and_its_place_in_the_queue() throws Exception {
    SimulatedGateway gateway = start(gateway(1, 2));
    GatewayClient client = clientOf(gateway);
    Socket running = hold(client);
    awaitHeld(gateway, 1, 0);
    Socket waiting = hold(client);
    CompletableFuture<HttpResponse<String>> behind = client.complete(1);
    awaitHeld(gateway, 1, 2);

    waiting.close();
    awaitHeld(gateway, 1, 1);
    assertThat(behind).isNotDone();
    running.close();

    assertThat(behind.get(30, TimeUnit.SECONDS).statusCode()).isEqualTo(200);
    assertThat(client.metrics())
        .containsEntry("vllm:request_success_total{finished_reason=\"abort\"}", 2.0)
        .containsEntry("vllm:request_success_total{finished_reason=\"length\"}", 1.0);
  }

  @Test
  void live_requests_overtake_batch_requests_in_the_queue() throws Exception {
    SimulatedGateway gateway = start(gateway(1, 10));
    GatewayClient client = clientOf(gateway);
    Socket first = hold(client);
    awaitHeld(gateway, 1, 0);
    CompletableFuture<HttpResponse<String>> batch = client.complete(1, BATCH);
    awaitHeld(gateway, 1, 1);
    Socket usual = hold(client);
    awaitHeld(gateway, 1, 2);
    CompletableFuture<HttpResponse<String>> live = client.complete(1, LIVE);
    awaitHeld(gateway, 1, 3);
    Socket laterLive = hold(client, LIVE);
    awaitHeld(gateway, 1, 4);

    first.close();
    assertThat(live.get(30, TimeUnit.SECONDS).statusCode()).isEqualTo(200);
    awaitHeld(gateway, 1, 2);
    laterLive.close();
    awaitHeld(gateway, 1, 1);
    assertThat(batch).isNotDone();
    usual.close();
    assertThat(batch.get(30, TimeUnit.SECONDS).statusCode()).isEqualTo(200);
  }

  @Test
  void metrics_add_up() throws Exception {
    SimulatedGateway gateway =
        start(gateway(4, 1_000).timeScale(50).failureRate(Failure.ERROR, 0.2).seed(3));
    GatewayClient client = clientOf(gateway);
    List<CompletableFuture<HttpResponse<String>>> answers = new ArrayList<>();
    for (int i = 0; i < 200; i++) {
      answers.add(client.complete(1 + i % 7));
    }
    long succeeded = 0;
    long generated = 0;
    ObjectMapper json = new ObjectMapper();
    for (CompletableFuture<HttpResponse<String>> answer : answers) {
      if (answer.join().statusCode() == 200) {
        succeeded++;
        JsonNode usage = json.readTree(answer.join().body()).path("usage");
        generated += usage.path("completion_tokens").asInt();
      }
    }

    Map<String, Double> metrics = client.metrics();
    double injected = metrics.get("simulated_gateway_injected_failures_total{kind=\"error\"}");
    assertThat(succeeded + injected).isEqualTo(200);
    assertThat(injected).isPositive();
    assertThat(metrics)
        .containsEntry("simulated_gateway_requests_total", 200.0)
        .containsEntry("vllm:request_success_total{finished_reason=\"length\"}", (double) succeeded)
        .containsEntry("vllm:prompt_tokens_total", (double) succeeded)
        .containsEntry("vllm:generation_tokens_total", (double) generated)
        .containsEntry("vllm:time_to_first_token_seconds_count", (double) succeeded)
        .containsEntry("vllm:e2e_request_latency_seconds_count", (double) succeeded)
        .containsEntry("vllm:request_queue_time_seconds_count", (double) succeeded)
        .containsEntry("vllm:inter_token_latency_seconds_count", (double) (generated - succeeded))
        .containsEntry("vllm:num_requests_running", 0.0)
        .containsEntry("vllm:num_requests_waiting", 0.0)
        .containsEntry("vllm:kv_cache_usage_perc", 0.0);
    for (String histogram :
        List.of(
            "time_to_first_token_seconds",
            "inter_token_latency_seconds",
            "time_per_output_token_seconds",
            "request_queue_time_seconds",
            "e2e_request_latency_seconds")) {
      assertThat(metrics.get("vllm:" + histogram + "_bucket{le=\"+Inf\"}"))
          .as(histogram)
          .isEqualTo(metrics.get("vllm:" + histogram + "_count"));
    }
    assertBucketsAscend(metrics, "vllm:e2e_request_latency_seconds_bucket");
  }

  @Test
  void a_label_tells_live_traffic_from_batch_and_the_sums_over_it_are_the_totals()
      throws Exception {
    SimulatedGateway gateway = start(gateway(3, 10).trafficLabel("traffic"));
    GatewayClient client = clientOf(gateway);
    for (int i = 1; i <= 3; i++) {
      client.complete(4, LIVE).join();
    }
    client.complete(8, BATCH).join();
    client.complete(2).join();
    hold(client, LIVE);
    hold(client);
    awaitHeld(gateway, 2, 0);
    hold(client, BATCH);
    hold(client, BATCH);
    awaitHeld(gateway, 3, 1);

    Map<String, Double> metrics = client.metrics();
    assertThat(metrics)
        .containsEntry("vllm:num_requests_running{traffic=\"live\"}", 2.0)
        .containsEntry("vllm:num_requests_running{traffic=\"batch\"}", 1.0)
        .containsEntry("vllm:num_requests_waiting{traffic=\"live\"}", 0.0)
        .containsEntry("vllm:num_requests_waiting{traffic=\"batch\"}", 1.0)
        .doesNotContainKeys("vllm:num_requests_running", "vllm:num_requests_waiting");
    for (String histogram : List.of("request_queue_time_seconds", "e2e_request_latency_seconds")) {
      String name = "vllm:" + histogram + "_count";
      long held = histogram.startsWith("request") ? 1 : 0;
      assertThat(metrics.get(name + "{traffic=\"live\"}")).isEqualTo(4.0 + 2 * held);
      assertThat(metrics.get(name + "{traffic=\"batch\"}")).isEqualTo(1.0 + held);
    }
    assertThat(
            sum(metrics, "vllm:inter_token_latency_seconds_count")
                + sum(metrics, "vllm:time_to_first_token_seconds_count"))
        .isEqualTo(metrics.get("vllm:generation_tokens_total"));
    assertThat(
            metrics.get("vllm:time_to_first_token_seconds_bucket{traffic=\"batch\",le=\"+Inf\"}"))
        .isEqualTo(metrics.get("vllm:time_to_first_token_seconds_count{traffic=\"batch\"}"));
  }

  @Test
  void what_can_be_no_label_is_refused() {
    assertThatThrownBy(() -> gateway(1, 1).trafficLabel("traffic class"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("traffic class");
  }

  @Test
  void the_same_seed_fails_the_same_requests() throws Exception {
    List<Integer> once = statuses(42);

    assertThat(statuses(42)).isEqualTo(once).contains(200, 500);
    assertThat(statuses(43)).isNotEqualTo(once);
  }

  @Test
  void resets_and_truncations_break_the_connection() throws Exception {
    for (Failure kind : List.of(Failure.RESET, Failure.TRUNCATE)) {
      GatewayClient client = clientOf(start(gateway(4, 4).failureRate(kind, 1)));

      assertThatThrownBy(() -> client.complete(50).get(30, TimeUnit.SECONDS))
          .as(kind.label())
          .isInstanceOf(ExecutionException.class)
          .hasCauseInstanceOf(IOException.class);
    }
  }

  @Test
  void a_truncated_body_has_begun() throws Exception {
    GatewayClient client = clientOf(start(gateway(4, 4).failureRate(Failure.TRUNCATE, 1)));
    Socket socket = client.hold(50);
    opened.add(socket);

    StringBuilder received = new StringBuilder();
    assertThatThrownBy(
            () -> {
              int next;
              while ((next = socket.getInputStream().read()) >= 0) {
                received.append((char) next);
              }
            })
        .isInstanceOf(IOException.class)
        .hasMessageContaining("reset");
    assertThat(received).startsWith("HTTP/1.1 200 OK").contains("\"choices\"");
  }

  @Test
  void a_hanging_request_is_never_answered_and_takes_no_slot() throws Exception {
    SimulatedGateway gateway = start(gateway(1, 0).failureRate(Failure.HANG, 1));
    GatewayClient client = clientOf(gateway);

    CompletableFuture<HttpResponse<String>> hanging = client.complete(1);

    await().until(() -> gateway.snapshot().failuresInjected() == 1);
    assertThat(gateway.snapshot().running()).isZero();
    assertThat(hanging).isNotDone();
  }

  @Test
  void a_slow_body_arrives_whole() throws Exception {
    GatewayClient client =
        clientOf(
            start(
                gateway(1, 0).failureRate(Failure.SLOW_BODY, 1).slowBody(Duration.ofMillis(200))));

    long began = System.nanoTime();
    HttpResponse<String> response = client.complete(100).join();

    assertThat(System.nanoTime() - began).isGreaterThanOrEqualTo(200_000_000);
    assertThat(new ObjectMapper().readTree(response.body()).path("usage").isObject()).isTrue();
  }

  @Test
  void two_thousand_requests_are_held_on_a_handful_of_threads_and_all_answered() throws Exception {
    SimulatedGateway gateway = start(gateway(64, 2_000));
    GatewayClient client = clientOf(gateway);
    List<Socket> holders = new ArrayList<>();
    for (int i = 0; i < 64; i++) {
      holders.add(hold(client));
    }
    awaitHeld(gateway, 64, 0);
    List<CompletableFuture<HttpResponse<String>>> answers = new ArrayList<>();
    for (int i = 0; i < 2_000; i++) {
      answers.add(client.complete(1));
    }
    awaitHeld(gateway, 64, 2_000);

    assertThat(gatewayThreads()).hasSizeLessThanOrEqualTo(4);
    for (Socket holder : holders) {
      holder.close();
    }
    assertThat(answers).allSatisfy(answer -> assertThat(answer.join().statusCode()).isEqualTo(200));
    assertThat(gateway.snapshot().aborted()).isEqualTo(64);
  }

  @Test
  void closing_ends_its_threads_and_resets_what_is_held() throws Exception {
    SimulatedGateway gateway = start(gateway(1, 10));
    GatewayClient client = clientOf(gateway);
    CompletableFuture<HttpResponse<String>> held = client.complete(FOREVER);
    awaitHeld(gateway, 1, 0);

    gateway.close();

    assertThatThrownBy(() -> held.get(30, TimeUnit.SECONDS)).hasCauseInstanceOf(IOException.class);
    await().untilAsserted(() -> assertThat(gatewayThreads()).isEmpty());
    assertThatThrownBy(() -> client.complete(1).get(30, TimeUnit.SECONDS))
        .hasCauseInstanceOf(ConnectException.class);
    gateway.close();
  }

  @Test
  void a_port_that_is_taken_is_told() throws Exception {
    SimulatedGateway gateway = start(gateway(1, 1));

    assertThatThrownBy(() -> gateway(1, 1).port(gateway.uri().getPort()).start())
        .isInstanceOf(IOException.class)
        .hasMessageContaining(Integer.toString(gateway.uri().getPort()));
  }

  @Test
  void it_listens_on_the_loopback_address_only() throws Exception {
    assertThat(start(gateway(1, 1)).uri().getHost()).isEqualTo("127.0.0.1");
  }

  @Test
  void rates_that_add_up_to_more_than_one_are_refused() {
    assertThatThrownBy(
            () ->
                gateway(1, 1)
                    .failureRate(Failure.ERROR, 0.6)
                    .failureRate(Failure.HANG, 0.6)
                    .start())
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("1.2");
  }

  private List<Integer> statuses(long seed) throws Exception {
    GatewayClient client =
        clientOf(start(gateway(4, 4).timeScale(100).failureRate(Failure.ERROR, 0.3).seed(seed)));
    List<Integer> statuses = new ArrayList<>();
    for (int i = 0; i < 60; i++) {
      statuses.add(client.complete(1).join().statusCode());
    }
    return statuses;
  }

  private static void assertRefused(GatewayClient client, String body, String reason)
      throws IOException {
    HttpResponse<String> response = client.post("/v1/completions", body).join();
    assertThat(response.statusCode()).as(body).isEqualTo(400);
    assertThat(new ObjectMapper().readTree(response.body()).at("/error/message").asText())
        .contains(reason);
  }

  private static void assertBucketsAscend(Map<String, Double> metrics, String name) {
    List<Double> counts =
        metrics.entrySet().stream()
            .filter(sample -> sample.getKey().startsWith(name))
            .sorted(
                java.util.Comparator.comparingDouble(
                    sample ->
                        Double.parseDouble(
                            sample
                                .getKey()
                                .replaceAll(".*le=\"(.*)\".*", "$1")
                                .replace("+Inf", "Infinity"))))
            .map(Map.Entry::getValue)
            .toList();
    assertThat(counts).hasSizeGreaterThan(10).isSorted();
  }

  private static double sum(Map<String, Double> metrics, String name) {
    return metrics.entrySet().stream()
        .filter(sample -> sample.getKey().startsWith(name + "{"))
        .mapToDouble(Map.Entry::getValue)
        .sum();
  }

  private static double millis(HttpResponse<String> response, String header) {
    return Double.parseDouble(response.headers().firstValue(header).orElseThrow());
  }

  private static List<String> gatewayThreads() {
    return Thread.getAllStackTraces().keySet().stream()
        .map(Thread::getName)
        .filter(name -> name.startsWith("simulated-gateway") || name.startsWith("server-"))
        .toList();
  }

  private static void awaitHeld(SimulatedGateway gateway, int running, int waiting) {
    await()
        .atMost(Duration.ofSeconds(60))
        .untilAsserted(
            () -> {
              assertThat(gateway.snapshot().running()).isEqualTo(running);
              assertThat(gateway.snapshot().waiting()).isEqualTo(waiting);
            });
  }

  private Socket hold(GatewayClient client, String... headers) throws IOException {
    Socket socket = client.hold(FOREVER, headers);
    opened.add(socket);
    return socket;
  }

  private SimulatedGateway start(SimulatedGateway.Builder builder) throws IOException {
    SimulatedGateway gateway = builder.start();
    opened.add(gateway);
    return gateway;
  }

  private GatewayClient clientOf(SimulatedGateway gateway) {
    GatewayClient client = new GatewayClient(gateway.uri());
    opened.add(client);
    return client;
  }

  /** Room for tokens without end, so that only slots and queue limit anything. */
  private static SimulatedGateway.Builder gateway(int slots, int queueLimit) {
    return SimulatedGateway.builder()
        .engine(
            new EngineSettings(
                StepCosts.h100(),
                slots,
                8_192,
                Integer.MAX_VALUE,
                FOREVER + 1_000,
                queueLimit,
                Scheduling.PRIORITY));
  }
}
