package io.batchprocessor;

import static org.assertj.core.api.Assertions.assertThat;

import io.batchprocessor.memory.MemoryTransport;
import io.batchprocessor.message.Bytes;
import io.batchprocessor.message.ErrorCode;
import io.batchprocessor.message.RequestMessage;
import io.batchprocessor.message.ResultMessage;
import io.batchprocessor.spi.ProcessorState;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.function.UnaryOperator;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.ValueSource;

/** What can go wrong between the engine and a gateway, over real connections. */
@ParameterizedClass
@ValueSource(strings = {"apache", "jdk"})
class HttpFaultsIT {

  private static final Duration PATIENCE = Duration.ofSeconds(30);
  private static final String OK = "{\"ok\":true}";

  private final String client;
  private final MemoryTransport queues = MemoryTransport.builder().build();
  private final List<AutoCloseable> opened = new ArrayList<>();

  HttpFaultsIT(String client) {
    this.client = client;
  }

  private SocketGateway gateway(SocketGateway.Behaviour behaviour) throws IOException {
    SocketGateway gateway = new SocketGateway(behaviour);
    opened.add(gateway);
    return gateway;
  }

  private BatchProcessor start(URI endpoint, UnaryOperator<BatchProcessorBuilder> with) {
    BatchProcessor processor =
        with.apply(
                BatchProcessor.builder()
                    .transport(queues)
                    .endpoint(endpoint)
                    .setting("http-client", client)
                    .setting("drain-timeout", "0ms")
                    .backoff(context -> Duration.ofMillis(30)))
            .build();
    opened.add(processor);
    processor.start();
    return processor;
  }

  private BatchProcessor start(URI endpoint) {
    return start(endpoint, with -> with);
  }

  private ResultMessage resultOf(RequestMessage request) {
    return resultOf(queues.submit(request));
  }

  private ResultMessage resultOf(CompletableFuture<ResultMessage> submitted) {
    assertThat(submitted).succeedsWithin(PATIENCE);
    return submitted.join();
  }

  @AfterEach
  void close() throws Exception {
    for (int i = opened.size() - 1; i >= 0; i--) {
      opened.get(i).close();
    }
    queues.close();
    Awaitility.await()
        .untilAsserted(
            () ->
                assertThat(Thread.getAllStackTraces().keySet())
                    .extracting(Thread::getName)
                    .noneMatch(name -> name.startsWith("batch-")));
  }

  @Test
  void a_gateway_that_refuses_connections_and_comes_back_answers_everything() throws Exception {
    SocketGateway first = gateway(call -> call.answer(200, OK));
    BatchProcessor processor = start(first.endpoint(), with -> with.concurrency(16));
    assertThat(resultOf(Samples.request("before")).attempts()).isEqualTo(1);

    first.close();
    List<CompletableFuture<ResultMessage>> submitted = new ArrayList<>();
    for (int i = 0; i < 50; i++) {
      submitted.add(queues.submit(Samples.request("r-" + i)));
    }
    Awaitility.await().atMost(PATIENCE).until(() -> processor.stats().retried() >= 60);
    opened.add(new SocketGateway(first.port(), call -> call.answer(200, OK)));

    List<ResultMessage> results = submitted.stream().map(this::resultOf).toList();
    assertThat(results).allMatch(ResultMessage::isSuccess).anyMatch(r -> r.attempts() > 1);
  }

  @Test
  void refused_until_the_deadline_says_who_refused() throws Exception {
    SocketGateway gone = gateway(call -> call.answer(200, OK));
    gone.close();
    start(
        gone.endpoint(),
        with ->
            with.backoff(
                context -> context.attempt() == 1 ? Duration.ofMillis(30) : Duration.ofHours(2)));

    ResultMessage result = resultOf(Samples.request("r", Duration.ofHours(1)));

    assertThat(result.errorCode()).contains(ErrorCode.DEADLINE_EXCEEDED);
    assertThat(result.error().orElseThrow())
        .contains("connection")
        .contains("127.0.0.1:" + gone.port());
    assertThat(result.attempts()).isEqualTo(2);
    assertThat(result.statusCode()).isEmpty();
  }

  @Test
  void a_connection_that_is_reset_before_or_in_the_answer_is_tried_again() throws Exception {
    SocketGateway gateway =
        gateway(
            call -> {
              switch (call.number()) {
                case 1 -> call.reset();
                case 2 -> {
                  call.send("HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n{\"half\":");
                  call.reset();
                }
                case 3 -> call.hangUp();
                case 4 -> {
                  call.send("HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n{\"half\":");
                  call.hangUp();
                }
                case 5 -> {
                  call.send(
                      "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n{\"a\":\r\n");
                  call.hangUp();
                }
                case 6 -> {
                  call.send("SMTP ready\r\n\r\n");
                  call.hangUp();
                }
                default -> call.answer(200, OK);
              }
            });
    start(gateway.endpoint());

    ResultMessage result = resultOf(Samples.request("r"));

    assertThat(result.isSuccess()).isTrue();
    assertThat(result.payload().orElseThrow().toUtf8()).isEqualTo(OK);
    assertThat(result.attempts()).isEqualTo(7);
    assertThat(gateway.calls()).hasSize(7);
  }

  @Test
  void a_body_that_comes_slowly_is_an_answer() throws Exception {
    SocketGateway gateway =
        gateway(
            call -> {
              call.send("HTTP/1.1 200 OK\r\nContent-Length: 40\r\n\r\n[");
              for (int i = 0; i < 38; i++) {
                LockSupport.parkNanos(Duration.ofMillis(10).toNanos());
                call.send(" ");
              }
              call.send("]");
            });
    start(gateway.endpoint());

    ResultMessage result = resultOf(Samples.request("r"));

    assertThat(result.attempts()).isEqualTo(1);
    assertThat(result.payload().orElseThrow().length()).isEqualTo(40);
  }

  @Test
  void what_hangs_before_or_in_the_answer_times_out_and_is_tried_again() throws Exception {
    SocketGateway gateway =
        gateway(
            call -> {
              if (call.number() == 1) {
                call.hang();
              } else if (call.number() == 2) {
                call.send("HTTP/1.1 200 OK\r\nContent-Length: 40\r\n\r\n[");
                call.hang();
              } else {
                call.answer(200, OK);
              }
            });
    start(gateway.endpoint(), with -> with.requestTimeout(Duration.ofMillis(500)));

    ResultMessage result = resultOf(Samples.request("r"));

    assertThat(result.isSuccess()).isTrue();
    assertThat(result.attempts()).isEqualTo(3);
  }

  @Test
  void a_request_that_is_cancelled_or_taken_back_hangs_up() throws Exception {
    AtomicInteger hungUp = new AtomicInteger();
    SocketGateway gateway =
        gateway(
            call -> {
              call.hang();
              hungUp.incrementAndGet();
            });
    BatchProcessor processor = start(gateway.endpoint());
    CompletableFuture<ResultMessage> cancelled = queues.submit(Samples.request("cancelled"));
    CompletableFuture<ResultMessage> takenBack = queues.submit(Samples.request("taken-back"));
    Awaitility.await().atMost(PATIENCE).until(() -> gateway.calls().size() == 2);

    processor.cancel("cancelled");
    assertThat(resultOf(cancelled).errorCode()).contains(ErrorCode.CANCELLED);
    Awaitility.await().atMost(PATIENCE).until(() -> hungUp.get() == 1);
    processor.close(Duration.ZERO);

    Awaitility.await().atMost(PATIENCE).until(() -> hungUp.get() == 2);
    assertThat(processor.state()).isEqualTo(ProcessorState.CLOSED);
    assertThat(takenBack).isNotDone();
  }

  @Test
  void a_storm_of_429_comes_back_when_it_was_asked_to_and_spread() throws Exception {
    Map<String, Long> shedAt = new ConcurrentHashMap<>();
    Map<String, Long> cameBackAfter = new ConcurrentHashMap<>();
    SocketGateway gateway =
        gateway(
            call -> {
              Long shed = shedAt.putIfAbsent(call.id(), System.nanoTime());
              if (shed == null) {
                call.answer(429, "{\"error\":\"busy\"}", "Retry-After: 1");
              } else {
                cameBackAfter.put(call.id(), call.nanos() - shed);
                call.answer(200, OK);
              }
            });
    start(gateway.endpoint(), with -> with.concurrency(32));
    List<CompletableFuture<ResultMessage>> submitted = new ArrayList<>();
    for (int i = 0; i < 100; i++) {
      submitted.add(queues.submit(Samples.request("r-" + i)));
    }

    assertThat(submitted.stream().map(this::resultOf))
        .allMatch(ResultMessage::isSuccess)
        .allMatch(result -> result.attempts() == 2);

    assertThat(cameBackAfter.values()).allMatch(nanos -> nanos >= 1_000_000_000L);
    long first = cameBackAfter.values().stream().mapToLong(Long::longValue).min().orElseThrow();
    long last = cameBackAfter.values().stream().mapToLong(Long::longValue).max().orElseThrow();
    assertThat(Duration.ofNanos(last - first)).isGreaterThan(Duration.ofMillis(300));
  }

  @Test
  void errors_of_the_gateway_are_tried_again_until_it_answers() throws Exception {
    int[] statuses = {500, 502, 503, 504, 408, 425, 200};
    SocketGateway gateway =
        gateway(call -> call.answer(statuses[call.number() - 1], "<html>oops</html>"));
    start(gateway.endpoint());

    ResultMessage result = resultOf(Samples.request("r"));

    assertThat(result.isSuccess()).isTrue();
    assertThat(result.attempts()).isEqualTo(7);
  }

  @Test
  void an_answer_that_is_no_json_is_carried_as_a_string() throws Exception {
    SocketGateway gateway = gateway(call -> call.answer(200, "{\"cut\": \"of\n\u00e9"));
    start(gateway.endpoint());

    ResultMessage result = resultOf(Samples.request("r"));

    assertThat(result.isSuccess()).isTrue();
    assertThat(result.payload().orElseThrow().toUtf8())
        .isEqualTo("\"{\\\"cut\\\": \\\"of\\n\u00e9\"");
  }

  @Test
  void a_final_4xx_carries_the_gateways_body() throws Exception {
    SocketGateway gateway = gateway(call -> call.answer(400, "{\"detail\": \"no such model\"}"));
    start(gateway.endpoint());

    ResultMessage result = resultOf(Samples.request("r"));

    assertThat(result.errorCode()).contains(ErrorCode.INFERENCE_ERROR);
    assertThat(result.statusCode()).hasValue(400);
    assertThat(result.payload().orElseThrow().toUtf8())
        .isEqualTo("{\"detail\": \"no such model\"}");
    assertThat(gateway.calls()).hasSize(1);
  }

  @Test
  void a_redirect_is_not_followed() throws Exception {
    SocketGateway elsewhere = gateway(call -> call.answer(200, OK));
    SocketGateway gateway =
        gateway(call -> call.answer(307, "", "Location: " + elsewhere.endpoint()));
    start(gateway.endpoint(), with -> with.authorization("Bearer secret"));

    ResultMessage result = resultOf(Samples.request("r"));

    assertThat(result.statusCode()).hasValue(307);
    assertThat(result.errorCode()).contains(ErrorCode.INFERENCE_ERROR);
    assertThat(elsewhere.calls()).isEmpty();
  }

  @Test
  void an_answer_of_100_mib_is_given_up_at_the_limit() throws Exception {
    byte[] chunk = new byte[65_536];
    AtomicLong sent = new AtomicLong();
    SocketGateway gateway =
        gateway(
            call -> {
              boolean announced = call.id().equals("announced");
              call.send(
                  "HTTP/1.1 200 OK\r\n"
                      + (announced
                          ? "Content-Length: 104857600\r\n\r\n"
                          : "Transfer-Encoding: chunked\r\n\r\n"));
              for (int i = 0; i < 1_600; i++) {
                if (!announced) {
                  call.send("10000\r\n");
                }
                call.send(chunk);
                sent.addAndGet(chunk.length);
                if (!announced) {
                  call.send("\r\n");
                }
              }
            });
    start(gateway.endpoint(), with -> with.setting("max-response-bytes", "1MiB"));

    for (String id : List.of("announced", "chunked")) {
      sent.set(0);
      ResultMessage result = resultOf(Samples.request(id));

      assertThat(result.errorCode()).contains(ErrorCode.INFERENCE_ERROR);
      assertThat(result.error().orElseThrow()).contains("max-response-bytes=1048576");
      assertThat(result.statusCode()).hasValue(200);
      assertThat(result.payload()).isEmpty();
      assertThat(result.attempts()).isEqualTo(1);
    }
    // It hung up in the middle: what is beyond the limit and the sockets' buffers never came.
    Awaitility.await().atMost(PATIENCE).until(() -> gateway.cutOff() == 2);
    assertThat(sent.get()).isLessThan(64L << 20);
    assertThat(gateway.calls()).hasSize(2);
  }

  @Test
  void payloads_pass_byte_for_byte_both_ways() throws Exception {
    String there =
        "{ \"n\" : 9007199254740993 , \"e\":1.0E+2,\"d\":1,\"d\":2,"
            + " \"s\":\"\\u00e9\\/\\ud83d\\ude00 é 😀 \\\"\", \"z\":[ ] }";
    String back =
        "[ 123456789012345678901234567890.000 ,\t{\"a\":1,\"a\":2}, \"\\u0000\\/ ü 𝄞\" , -0.0 ]";
    SocketGateway gateway = gateway(call -> call.answer(200, back));
    start(gateway.endpoint());
    byte[] message =
        ("{\"payload\":" + there + ",\"deadline\":\"4102444800\",\"id\":\"r\"}")
            .getBytes(StandardCharsets.UTF_8);
    queues.submit("requests", List.of(Bytes.wrap(message)));

    Bytes result = queues.takeResults(1, PATIENCE).get(0);

    assertThat(gateway.calls().get(0).body().toUtf8()).isEqualTo(there);
    assertThat(ResultMessage.parse(result).payload().orElseThrow().toUtf8()).isEqualTo(back);
    assertThat(result.toUtf8()).contains(back);
  }

  @Test
  void headers_are_as_promised_and_nothing_odd_is_among_them() throws Exception {
    SocketGateway gateway = gateway(call -> call.answer(200, OK));
    start(
        gateway.endpoint(),
        with -> with.inferenceObjective("batch").authorization("Bearer secret"));
    String traceparent = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
    resultOf(
        Samples.builder("r-1", Instant.now().plusSeconds(600))
            .endpoint("/v1/chat/completions?x=1")
            .metadata("traceparent", traceparent)
            .metadata("tracestate", "a=1, b=2")
            .metadata("team", "a")
            .header("X-Team", "a")
            .header("Authorization", "Bearer mine")
            .build());

    SocketGateway.Call call = gateway.calls().get(0);

    assertThat(call.requestLine()).isEqualTo("POST /v1/chat/completions?x=1 HTTP/1.1");
    assertThat(call.headers())
        .containsEntry("host", "127.0.0.1:" + gateway.port())
        .containsEntry("content-type", "application/json")
        .containsEntry("content-length", Integer.toString(call.body().length()))
        .containsEntry("idempotency-key", "r-1")
        .containsEntry("x-gateway-inference-objective", "batch")
        .containsEntry("traceparent", traceparent)
        .containsEntry("tracestate", "a=1, b=2")
        .containsEntry("authorization", "Bearer secret")
        .containsEntry("x-team", "a")
        .doesNotContainKeys("transfer-encoding", "upgrade", "http2-settings", "expect", "team");
  }

  @Test
  void connections_are_kept_and_one_that_went_stale_costs_no_result() throws Exception {
    SocketGateway gateway =
        gateway(
            call -> {
              call.answer(200, OK);
              if (call.number() % 5 == 0) {
                call.hangUp();
              }
            });
    start(gateway.endpoint(), with -> with.concurrency(1));

    for (int i = 0; i < 30; i++) {
      assertThat(resultOf(Samples.request("r-" + i)).isSuccess()).isTrue();
    }

    assertThat(gateway.calls().stream().map(SocketGateway.Call::socket).distinct().count())
        .isBetween(5L, 15L);
  }

  @Test
  void no_more_connections_are_open_than_concurrency_allows() throws Exception {
    AtomicInteger now = new AtomicInteger();
    AtomicInteger most = new AtomicInteger();
    SocketGateway gateway =
        gateway(
            call -> {
              most.accumulateAndGet(now.incrementAndGet(), Math::max);
              LockSupport.parkNanos(Duration.ofMillis(2).toNanos());
              now.decrementAndGet();
              call.answer(200, OK);
            });
    start(gateway.endpoint(), with -> with.concurrency(6));
    List<CompletableFuture<ResultMessage>> submitted = new ArrayList<>();
    for (int i = 0; i < 300; i++) {
      submitted.add(queues.submit(Samples.request("r-" + i)));
    }

    assertThat(submitted.stream().map(this::resultOf)).allMatch(ResultMessage::isSuccess);
    assertThat(most.get()).isBetween(2, 6);
    assertThat(gateway.calls().stream().map(SocketGateway.Call::socket).distinct().count())
        .isLessThanOrEqualTo(6);
  }

  @Test
  void a_result_queue_that_is_down_costs_no_second_request() throws Exception {
    SocketGateway gateway = gateway(call -> call.answer(200, OK));
    FaultyTransport broker = FaultyTransport.inTwoSteps(queues).breaks("publish", 4);
    BatchProcessor processor =
        BatchProcessor.builder()
            .transport(broker)
            .endpoint(gateway.endpoint())
            .setting("http-client", client)
            .build();
    opened.add(processor);
    processor.start();

    assertThat(resultOf(Samples.request("r")).isSuccess()).isTrue();

    assertThat(broker.calls("publish")).isEqualTo(5);
    assertThat(gateway.calls()).hasSize(1);
  }
}
