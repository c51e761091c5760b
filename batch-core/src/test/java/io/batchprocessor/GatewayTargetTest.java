package io.batchprocessor;

import static org.assertj.core.api.Assertions.assertThat;

import io.batchprocessor.message.InvalidMessageException;
import io.batchprocessor.message.RequestMessage;
import io.batchprocessor.spi.InferenceRequest;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class GatewayTargetTest {

  private static final URI ENDPOINT = URI.create("http://gw.test:8000/v1/completions?tier=batch");
  private static final Instant LATER = Instant.parse("2100-01-01T00:00:00Z");

  private static RequestMessage.Builder message(String id) {
    return Samples.builder(id, LATER);
  }

  private static InferenceRequest send(
      RequestMessage message, String objective, Authorization auth) {
    return send(message, new GatewayTarget(ENDPOINT, objective, auth));
  }

  private static InferenceRequest send(RequestMessage message, GatewayTarget target) {
    return target.request(message, target.outgoing(message), Duration.ofSeconds(9));
  }

  private static InferenceRequest send(RequestMessage message) {
    return send(message, null, Authorization.none());
  }

  /** Header names are compared as HTTP compares them; each must be there once. */
  private static Map<String, String> headers(InferenceRequest request) {
    Map<String, String> headers = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
    request
        .headers()
        .forEach((name, value) -> assertThat(headers.put(name, value)).as(name).isNull());
    return headers;
  }

  @Test
  void a_bare_request_goes_to_the_endpoint_with_its_id_as_idempotency_key() {
    RequestMessage message = message("r-1").build();

    InferenceRequest request = send(message);

    assertThat(request.uri()).isEqualTo(ENDPOINT);
    assertThat(headers(request)).containsExactly(Map.entry("Idempotency-Key", "r-1"));
    assertThat(request.body()).isEqualTo(message.payload());
    assertThat(request.timeout()).isEqualTo(Duration.ofSeconds(9));
  }

  @ParameterizedTest
  @CsvSource({
    "'br, gzip;q=0.8, zstd', 'gzip;q=0.8'",
    "'GZIP , deflate,identity; q=0', 'GZIP, deflate, identity; q=0'",
    "'br',",
    "'*',",
    "'',"
  })
  void no_coding_is_asked_for_that_is_not_unpacked(String asked, String sent) {
    RequestMessage message = message("r").header("Accept-Encoding", asked).build();

    assertThat(headers(send(message)).get("accept-encoding")).isEqualTo(sent);
  }

  @Test
  void what_is_configured_wins_over_what_the_message_asks_for() {
    RequestMessage message =
        message("r")
            .header("X-Gateway-Inference-Objective", "urgent")
            .header("AUTHORIZATION", "Bearer mine")
            .header("idempotency-key", "other")
            .header("X-Team", "a")
            .build();

    Map<String, String> headers =
        headers(send(message, "batch", Authorization.fixed("Bearer secret")));

    assertThat(headers)
        .containsEntry("x-gateway-inference-objective", "batch")
        .containsEntry("authorization", "Bearer secret")
        .containsEntry("idempotency-key", "r")
        .containsEntry("x-team", "a")
        .hasSize(4);
  }

  @Test
  void without_configuration_the_messages_own_authorization_and_objective_go() {
    RequestMessage message =
        message("r")
            .header("Authorization", "Bearer mine")
            .header("x-gateway-inference-objective", "urgent")
            .build();

    assertThat(headers(send(message)))
        .containsEntry("authorization", "Bearer mine")
        .containsEntry("x-gateway-inference-objective", "urgent");
  }

  @Test
  void trace_context_comes_from_the_metadata_unless_it_is_a_header_already() {
    String traceparent = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
    RequestMessage message =
        message("r")
            .metadata("traceparent", traceparent)
            .metadata("tracestate", "vendor=a, other=b c")
            .metadata("team", "a")
            .build();

    assertThat(headers(send(message)))
        .containsEntry("traceparent", traceparent)
        .containsEntry("tracestate", "vendor=a, other=b c")
        .doesNotContainKey("team");
    RequestMessage own =
        message("r").metadata("traceparent", "x").header("Traceparent", "y").build();
    assertThat(headers(send(own))).containsEntry("traceparent", "y");
  }

  @ParameterizedTest
  @ValueSource(strings = {"a\r\nX-Evil: 1", "", " ", "ä", "\u0000"})
  void trace_context_that_no_header_can_carry_is_left_out(String value) {
    assertThat(headers(send(message("r").metadata("traceparent", value).build())))
        .doesNotContainKey("traceparent");
  }

  @ParameterizedTest
  @CsvSource({"plain-1,plain-1", "a b,a%20b", "100%,100%25", "grün,gr%C3%BCn", "😀,%F0%9F%98%80"})
  void an_id_that_no_header_can_carry_is_percent_encoded(String id, String value) {
    RequestMessage message = RequestMessage.builder(id).deadline(LATER).payload("{}").build();

    assertThat(headers(send(message))).containsEntry("Idempotency-Key", value);
  }

  @Test
  void a_messages_endpoint_is_a_path_on_the_same_gateway() {
    InferenceRequest request = send(message("r").endpoint("/v1/embeddings?x=%20y").build());

    assertThat(request.uri()).isEqualTo(URI.create("http://gw.test:8000/v1/embeddings?x=%20y"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"/@evil.test/x", "/:80/x", "/x@evil.test:80", "/a?u=http://evil.test/"})
  void no_endpoint_that_a_message_may_have_leaves_the_gateway(String endpoint) {
    URI uri;
    try {
      uri = send(message("r").endpoint(endpoint).build()).uri();
    } catch (InvalidMessageException e) {
      return; // refused before it gets here
    }
    assertThat(uri.getHost()).isEqualTo("gw.test");
    assertThat(uri.getPort()).isEqualTo(8000);
    assertThat(uri.getUserInfo()).isNull();
  }

  @Test
  void an_ipv6_gateway_keeps_its_brackets() {
    GatewayTarget target =
        new GatewayTarget(URI.create("http://[::1]:8000/v1"), null, Authorization.none());

    assertThat(send(message("r").endpoint("/v2").build(), target).uri())
        .isEqualTo(URI.create("http://[::1]:8000/v2"));
  }

  @Test
  void neither_a_request_nor_an_authorization_shows_the_secret() {
    Authorization secret = Authorization.fixed("Bearer hush");

    assertThat(secret.toString()).doesNotContain("hush");
    assertThat(send(message("r").build(), null, secret).toString()).doesNotContain("hush");
  }
}
