package io.batchprocessor;

import static org.assertj.core.api.Assertions.assertThat;

import io.batchprocessor.memory.MemoryTransport;
import io.batchprocessor.message.RequestMessage;
import io.batchprocessor.message.ResultMessage;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The header that says whose a request is, as a server reads it. */
class FairnessHeaderTest {

  private static final String HEADER = "x-llm-d-inference-fairness-id";

  private static RequestMessage.Builder request(String id) {
    return RequestMessage.builder(id)
        .deadline(Samples.request("x").deadline())
        .payload("{\"prompt\":\"hi\"}");
  }

  private static Map<String, String> headers(
      String client, Map<String, ?> order, RequestMessage message) throws Exception {
    try (MemoryTransport queues = MemoryTransport.builder().build();
        SocketGateway gateway = new SocketGateway(call -> call.answer(200, "{}"));
        BatchProcessor processor =
            BatchProcessor.builder()
                .transport(queues)
                .endpoint(gateway.endpoint())
                .setting("http-client", client)
                .configure(Map.of("queues", List.of(order)))
                .build()) {
      processor.start();
      ResultMessage result = queues.submit(message).get(30, TimeUnit.SECONDS);
      assertThat(result.isSuccess()).isTrue();
      assertThat(gateway.calls()).hasSize(1);
      assertThat(gateway.calls().get(0).requestLine()).isEqualTo("POST /v1/completions HTTP/1.1");
      return gateway.calls().get(0).headers();
    }
  }

  private static Optional<String> header(String client, RequestMessage message) throws Exception {
    Map<String, Object> order =
        Map.of("name", "requests", "fairness-attribute", "tenant", "fairness-header", true);
    Map<String, String> headers = headers(client, order, message);
    assertThat(headers).doesNotContainKey("x-evil");
    return Optional.ofNullable(headers.get(HEADER));
  }

  @ParameterizedTest
  @ValueSource(strings = {"apache", "jdk"})
  void the_gateway_is_told_whose_a_request_is(String client) throws Exception {
    assertThat(header(client, request("r").metadata("tenant", "acme").build())).contains("acme");
    assertThat(header(client, request("r").build())).isEmpty();
    assertThat(header(client, request("r").metadata("tenant", "").build())).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {"apache", "jdk"})
  void what_a_header_can_not_carry_is_percent_encoded_and_brings_no_header_with_it(String client)
      throws Exception {
    assertThat(
            header(client, request("r").metadata("tenant", "a\r\nx-evil: 1\r\n\r\nGET /").build()))
        .contains("a%0D%0Ax-evil:%201%0D%0A%0D%0AGET%20/");
    assertThat(header(client, request("r").metadata("tenant", "Größe\u0000 1%").build()))
        .contains("Gr%C3%B6%C3%9Fe%00%201%25");
    assertThat(header(client, request("r").metadata("tenant", "x".repeat(100_000)).build()))
        .as("what no server would take is left out")
        .isEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {"apache", "jdk"})
  void it_is_sent_only_where_it_is_configured(String client) throws Exception {
    RequestMessage message =
        request("r")
            .metadata("tenant", "acme")
            .header("X-LLM-D-Inference-Fairness-Id", "own")
            .build();

    assertThat(headers(client, Map.of("name", "requests", "fairness-attribute", "tenant"), message))
        .containsEntry(HEADER, "own");
    assertThat(header(client, message)).as("what is configured wins").contains("acme");
  }
}
