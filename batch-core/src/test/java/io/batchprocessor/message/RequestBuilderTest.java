package io.batchprocessor.message;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.time.Instant;
import java.util.Map;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class RequestBuilderTest {

  private static RequestMessage.Builder valid() {
    return RequestMessage.builder("a").deadline(Instant.ofEpochSecond(1)).payload("{\"x\":1}");
  }

  static Stream<Arguments> faults() {
    return Stream.of(
        fault("deadline: not after the year 1970", b -> b.deadline(Instant.EPOCH)),
        fault("deadline: not after the year 1970", b -> b.deadline(Instant.MIN)),
        fault("created: not after the year 1970", b -> b.created(Instant.ofEpochSecond(-1))),
        fault("metadata: 'k' has an unpaired surrogate", b -> b.metadata("k", "\ud800")),
        fault("metadata: 'k?' has an unpaired surrogate", b -> b.metadata("k\ud800", "v")),
        fault("headers: 'Host' is set by the HTTP client", b -> b.header("Host", "x")),
        fault("headers: 'a' is given twice", b -> b.header("A", "x").header("a", "x")),
        fault("endpoint: '/..' has a dot segment", b -> b.endpoint("/..")));
  }

  private static Arguments fault(String fault, UnaryOperator<RequestMessage.Builder> change) {
    return Arguments.of(fault, change);
  }

  @ParameterizedTest
  @MethodSource("faults")
  void the_rules_of_reading_hold_for_building(
      String fault, UnaryOperator<RequestMessage.Builder> change) {
    InvalidMessageException thrown =
        catchThrowableOfType(InvalidMessageException.class, () -> change.apply(valid()).build());

    assertThat(thrown).hasMessageStartingWith(fault);
    assertThat(thrown.id()).contains("a");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"", " ", "[]", "1", "\"x\"", "{", "{}{}", "{},\"x\":{}", "{'x':1}", "{\"x\":01}"})
  void a_payload_that_is_no_object_is_refused(String payload) {
    assertThatThrownBy(() -> valid().payload(payload).build())
        .isInstanceOf(InvalidMessageException.class)
        .hasMessageStartingWith("payload: not one JSON object in UTF-8");
  }

  @Test
  void a_payload_that_is_no_utf8_is_refused() {
    Bytes payload = Bytes.wrap(new byte[] {'{', '"', (byte) 0xC0, (byte) 0x80, '"', ':', '1', '}'});

    assertThatThrownBy(() -> valid().payload(payload).build())
        .isInstanceOf(InvalidMessageException.class)
        .hasMessageStartingWith("payload: not one JSON object in UTF-8");
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "a\n", "\ud800", "a\u0085"})
  void an_id_that_cannot_be_used_is_refused_and_not_passed_on(String id) {
    InvalidMessageException thrown =
        catchThrowableOfType(
            InvalidMessageException.class, () -> RequestMessage.builder(id).build());
    InvalidMessageException complete =
        catchThrowableOfType(
            InvalidMessageException.class,
            () ->
                RequestMessage.builder(id)
                    .deadline(Instant.ofEpochSecond(1))
                    .payload("{}")
                    .build());

    assertThat(thrown.id()).isEmpty();
    assertThat(complete).hasMessageStartingWith("id: ");
    assertThat(complete.id()).isEmpty();
  }

  @Test
  void what_is_required_is_asked_for() {
    assertThatThrownBy(() -> RequestMessage.builder("a").payload("{}").build())
        .hasMessageStartingWith("deadline: missing; must be Unix time");
    assertThatThrownBy(() -> RequestMessage.builder("a").deadline(Instant.ofEpochSecond(1)).build())
        .hasMessage("payload: missing; must be a JSON object");
  }

  @Test
  void it_writes_what_there_is_compactly_and_in_order() {
    RequestMessage request =
        valid()
            .payload(" { \"x\" : 1e400 }\n")
            .deadline(Instant.ofEpochSecond(1764045130, 250_000_000))
            .created(Instant.ofEpochSecond(1764045129))
            .metadata("z", "\"\\\n\u0001😀")
            .metadata("a", "")
            .header("X-A", "b")
            .endpoint("/v1/x?y=1")
            .build();

    assertThat(request.toJson().toUtf8())
        .isEqualTo(
            "{\"id\":\"a\",\"created\":1764045129,\"deadline\":1764045130.25,"
                + "\"metadata\":{\"z\":\"\\\"\\\\\\n\\u0001😀\",\"a\":\"\"},"
                + "\"headers\":{\"X-A\":\"b\"},\"endpoint\":\"/v1/x?y=1\","
                + "\"payload\":{ \"x\" : 1e400 }}");
    assertThat(valid().build().toJson().toUtf8())
        .isEqualTo("{\"id\":\"a\",\"deadline\":1,\"payload\":{\"x\":1}}");
  }

  @Test
  void default_metadata_yields_to_the_messages_own() {
    RequestMessage request = valid().metadata("a", "own").build();

    RequestMessage more = request.withDefaultMetadata(Map.of("a", "default", "b", "default"));

    assertThat(more.metadata()).containsExactly(Map.entry("a", "own"), Map.entry("b", "default"));
    assertThat(more.payload()).isSameAs(request.payload());
    assertThat(request.metadata()).hasSize(1);
    assertThat(request.withDefaultMetadata(Map.of("a", "x"))).isSameAs(request);
    assertThat(request.withDefaultMetadata(Map.of())).isSameAs(request);
  }

  @Test
  void a_builder_that_goes_on_does_not_change_what_was_built() {
    RequestMessage.Builder builder = valid().metadata("a", "1").header("b", "1");
    RequestMessage request = builder.build();

    builder.metadata("c", "1").header("d", "1");

    assertThat(request.metadata()).containsOnlyKeys("a");
    assertThat(request.headers()).containsOnlyKeys("b");
    assertThatThrownBy(() -> request.metadata().clear())
        .isInstanceOf(UnsupportedOperationException.class);
    assertThatThrownBy(() -> request.metadata().entrySet().iterator().next().setValue("x"))
        .isInstanceOf(UnsupportedOperationException.class);
  }
}
