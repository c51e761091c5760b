package io.batchprocessor.message;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class RequestParseTest {

  private static final int MAX_BYTES = 1 << 20;

  /** What follows the field under test in a message that is otherwise in order. */
  private static final String REST = ", 'deadline': 1764045130, 'payload': {}}";

  static Stream<Arguments> faults() {
    String none = null;
    return Stream.of(
        // the message as a whole
        arguments("", none, "message: empty; must be a JSON object"),
        arguments(" \n", none, "message: empty; must be a JSON object"),
        arguments("hello", none, "message: not JSON at byte"),
        arguments("{'id': 'a'", "a", "message: ends in the middle of its JSON"),
        arguments("{'id': 'a', 'payload': {'x': tru}}", "a", "message: not JSON at byte"),
        arguments("{'id': 'a', 'payload': {'x': 01}}", "a", "message: not JSON at byte"),
        arguments("{'id': 'a', 'payload': {'x': NaN}}", "a", "message: not JSON at byte"),
        arguments("{'id': 'a', 'payload': {'x': '\\q'}}", "a", "message: not JSON at byte"),
        arguments("{'id': 'a', 'payload': {'x': '\t'}}", "a", "message: not JSON at byte"),
        arguments("{'id': 'a', 'payload': {'x': 1,}}", "a", "message: not JSON at byte"),
        arguments("{'id': 'a', 'payload': {x: 1}}", "a", "message: not JSON at byte"),
        arguments("{'id': 'a', /* why */ 'payload': {}}", "a", "message: not JSON at byte"),
        arguments("[]", none, "message: is an array; must be a JSON object"),
        arguments("'text'", none, "message: is a string; must be a JSON object"),
        arguments("12", none, "message: is a number; must be a JSON object"),
        arguments("true", none, "message: is a boolean; must be a JSON object"),
        arguments("null", none, "message: is null; must be a JSON object"),
        arguments("{'id': 'a'" + REST + "{}", "a", "message: followed by something else"),
        arguments("{'id': 'a'" + REST + "}", "a", "message: not JSON at byte"),
        // id
        arguments("{'x': 1" + REST, none, "id: missing; must be a string of 1 to 512 bytes"),
        arguments("{'id': 7" + REST, none, "id: is a number; must be a string"),
        arguments("{'id': null" + REST, none, "id: is null; must be a string"),
        arguments("{'id': ''" + REST, none, "id: empty; must be a string"),
        arguments("{'id': 'a', 'id': 'b'" + REST, "a", "id: given twice"),
        arguments("{'id': 'a\\u0000'" + REST, none, "id: 'a?' has a control character"),
        arguments("{'id': 'a\\ud800b'" + REST, none, "id: 'a?b' has an unpaired surrogate"),
        arguments("{'id': 'a\\udc00'" + REST, none, "id: 'a?' has an unpaired surrogate"),
        arguments("{'id': '" + "x".repeat(513) + "'" + REST, none, "has 513 bytes; must be"),
        arguments("{'id': '" + "ä".repeat(257) + "'" + REST, none, "has 514 bytes; must be"),
        arguments("{'id': '" + "😀".repeat(129) + "'" + REST, none, "has 516 bytes; must be"),
        // deadline and created
        arguments("{'id': 'a', 'payload': {}}", "a", "deadline: missing; must be Unix time"),
        arguments("{'deadline': true, 'id': 'a'}", "a", "deadline: is a boolean; must be"),
        arguments("{'deadline': null, 'id': 'a'}", "a", "deadline: is null; must be"),
        arguments("{'deadline': '', 'id': 'a'}", "a", "deadline: '' is no time"),
        arguments("{'deadline': 'soon', 'id': 'a'}", "a", "deadline: 'soon' is no time"),
        arguments("{'deadline': ' 1', 'id': 'a'}", "a", "deadline: ' 1' is no time"),
        arguments("{'deadline': '٣', 'id': 'a'}", "a", "deadline: '٣' is no time"),
        arguments("{'deadline': -1, 'id': 'a'}", "a", "deadline: '-1' is no time"),
        arguments("{'deadline': 1e99, 'id': 'a'}", "a", "deadline: '1e99' is no time"),
        arguments("{'deadline': 1e999999999, 'id': 'a'}", "a", "is no time"),
        arguments("{'deadline': 99999999999999999, 'id': 'a'}", "a", "is no time"),
        arguments("{'deadline': " + "9".repeat(5_000) + ", 'id': 'a'}", "a", "999...' is no time"),
        arguments("{'id': 'a', 'deadline': 0, 'payload': {}}", "a", "deadline: not after the year"),
        arguments("{'id': 'a', 'deadline': 1, 'deadline': 1}", "a", "deadline: given twice"),
        arguments("{'id': 'a', 'created': 'x'" + REST, "a", "created: 'x' is no time"),
        arguments("{'id': 'a', 'created': 0" + REST, "a", "created: not after the year 1970"),
        // payload
        arguments("{'id': 'a', 'deadline': 1}", "a", "payload: missing; must be a JSON object"),
        arguments("{'id': 'a', 'payload': []}", "a", "payload: is an array; must be a JSON object"),
        arguments("{'id': 'a', 'payload': '{}'}", "a", "payload: is a string; must be"),
        arguments("{'id': 'a', 'payload': null}", "a", "payload: is null; must be"),
        arguments("{'id': 'a', 'payload': {}, 'payload': {}}", "a", "payload: given twice"),
        // metadata and headers
        arguments("{'id': 'a', 'metadata': []}", "a", "metadata: is an array; must be an object"),
        arguments("{'id': 'a', 'metadata': {'k': 1}}", "a", "metadata: 'k' is a number; must be"),
        arguments("{'id': 'a', 'metadata': {'k': null}}", "a", "metadata: 'k' is null; must be"),
        arguments("{'id': 'a', 'metadata': {'k': 'v', 'k': 'v'}}", "a", "'k' is given twice"),
        arguments("{'id': 'a', 'headers': 'x'}", "a", "headers: is a string; must be an object"),
        arguments("{'id': 'a', 'headers': {'k': {}}}", "a", "headers: 'k' is an object; must be"),
        arguments("{'id': 'a', 'headers': {'TE': 'x'}" + REST, "a", "headers: 'TE' is set by"),
        // endpoint
        arguments("{'id': 'a', 'endpoint': 1" + REST, "a", "endpoint: is a number; must be"),
        arguments("{'id': 'a', 'endpoint': ''" + REST, "a", "endpoint: '' does not begin with"),
        arguments("{'id': 'a', 'endpoint': '//evil'" + REST, "a", "endpoint: '//evil' has an"),
        arguments("{'endpoint': null, 'endpoint': null, 'id': 'a'}", "a", "endpoint: given twice"));
  }

  @ParameterizedTest
  @MethodSource("faults")
  void a_fault_names_the_field_and_keeps_the_id(String json, String id, String fault) {
    InvalidMessageException thrown = refused(Bytes.utf8(json.replace('\'', '"')));

    assertThat(thrown).hasMessageContaining(fault);
    assertThat(thrown.id().orElse(null)).isEqualTo(id);
    assertThat(thrown.getMessage().length()).isLessThan(300);
    assertThat(thrown).hasNoCause();
  }

  @Test
  void the_first_fault_counts() {
    assertThat(refused("{'deadline': 'x', 'payload': 1, 'id': 2}"))
        .hasMessageStartingWith("deadline: ");
  }

  @Test
  void the_id_is_found_behind_a_payload_that_is_nested_too_deeply() {
    String payload = "{'x':".repeat(5_000) + "1" + "}".repeat(5_000);

    InvalidMessageException thrown = refused("{'payload': " + payload + ", 'id': 'a'}");

    assertThat(thrown).hasMessage("message: nested deeper than 1000 levels");
    assertThat(thrown.id()).contains("a");
  }

  @ParameterizedTest
  @CsvSource({"1000, true", "1001, false"})
  void a_message_may_be_nested_a_thousand_levels_deep(int levels, boolean allowed) {
    // One level is the message, one the payload.
    String payload = "{'x':" + "[".repeat(levels - 2) + "]".repeat(levels - 2) + "}";
    Bytes json = json("{'id': 'a', 'deadline': 1, 'payload': " + payload + "}");

    if (allowed) {
      assertThat(RequestMessage.parse(json, MAX_BYTES).payload()).isEqualTo(json(payload));
    } else {
      assertThat(refused(json)).hasMessageContaining("nested deeper than 1000");
    }
    RequestMessage.Builder builder =
        RequestMessage.builder("a").deadline(Instant.ofEpochSecond(1)).payload(json(payload));
    assertThat(catchThrowableOfType(InvalidMessageException.class, builder::build) == null)
        .isEqualTo(allowed);
  }

  @Test
  void bytes_that_are_no_utf8_are_a_fault_and_the_id_is_found_behind_them() {
    Bytes latin1 =
        Bytes.wrap(
            "{\"payload\": {\"x\": \"Grüße\"}, \"id\": \"a\"}"
                .getBytes(StandardCharsets.ISO_8859_1));

    InvalidMessageException thrown = refused(latin1);

    assertThat(thrown).hasMessage("message: not UTF-8 at byte 21; must be JSON in UTF-8");
    assertThat(thrown.id()).contains("a");
  }

  @Test
  void an_id_that_is_no_utf8_itself_is_not_passed_on() {
    Bytes latin1 = Bytes.wrap("{\"id\": \"Grüße\"}".getBytes(StandardCharsets.ISO_8859_1));

    assertThat(refused(latin1).id()).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {"UTF-16", "UTF-16BE", "UTF-16LE", "UTF-32", "UTF-32BE", "UTF-32LE"})
  void other_encodings_are_a_fault(String charset) throws Exception {
    String json = "{\"id\": \"a\", \"deadline\": 1, \"payload\": {}}";

    assertThat(refused(Bytes.wrap(json.getBytes(charset)))).hasMessageStartingWith("message: not ");
  }

  @Test
  void a_byte_order_mark_is_skipped() {
    Bytes marked = Bytes.utf8("\uFEFF{\"id\": \"a\", \"deadline\": 1, \"payload\": {\"x\":1}}");

    assertThat(RequestMessage.parse(marked, MAX_BYTES).payload().toUtf8()).isEqualTo("{\"x\":1}");
  }

  @Test
  void a_message_above_the_limit_is_a_fault_with_its_id() {
    String json = "{'payload': {'x': '" + "y".repeat(100) + "'}, 'id': 'a', 'deadline': 1}";

    InvalidMessageException thrown =
        catchThrowableOfType(
            InvalidMessageException.class,
            () -> RequestMessage.parse(json(json), json.length() - 1));

    assertThat(thrown)
        .hasMessage(
            "message: %d bytes are too many; must be at most %d (max-message-bytes)"
                .formatted(json.length(), json.length() - 1));
    assertThat(thrown.id()).contains("a");
    assertThat(RequestMessage.parse(json(json), json.length()).id()).isEqualTo("a");
  }

  @Test
  void a_fault_does_not_show_the_payload() {
    for (String payload :
        new String[] {"{'k': secret}", "{'k': 'secret", "{'secret' 1}", "'secret'"}) {
      assertThat(refused("{'id': 'a', 'payload': " + payload + "}"))
          .message()
          .doesNotContain("secret");
    }
    assertThat(refused("{'id': 'a', 'headers': {'Authorization': 'secret\\n'}" + REST))
        .message()
        .doesNotContain("secret");
  }

  @ParameterizedTest
  @CsvSource({
    "1764045130, 1764045130, 0",
    "'\"1764045130\"', 1764045130, 0",
    "1764045130.25, 1764045130, 250000000",
    "'\"1764045130.000000001\"', 1764045130, 1",
    "1764045130.0000000019, 1764045130, 1",
    "1.76404513E9, 1764045130, 0",
    "9999999999, 9999999999, 0",
    "0.5, 0, 500000000",
    "31556889864403199, 31556889864403199, 0",
  })
  void a_deadline_is_a_number_or_a_string_in_seconds(String deadline, long seconds, int nanos) {
    String json = "{'id': 'a', 'deadline': " + deadline + ", 'payload': {}}";

    assertThat(RequestMessage.parse(json(json), MAX_BYTES).deadline())
        .isEqualTo(Instant.ofEpochSecond(seconds, nanos));
  }

  @Test
  void every_field_is_read_and_unknown_ones_are_ignored() {
    RequestMessage request =
        RequestMessage.parse(
            json(
                "{'id':'a','tenant':{'id':3},'created':'1.5','headers':{'X-A':'b'},"
                    + "'metadata':{'z':'1','a':'2'},'endpoint':'/v1/x?y=1','deadline':2,"
                    + "'tenant':[],'payload': { 'k' : 1e400 } , 'more': 12345678901234567890}"),
            MAX_BYTES);

    assertThat(request.id()).isEqualTo("a");
    assertThat(request.created()).contains(Instant.ofEpochMilli(1_500));
    assertThat(request.deadline()).isEqualTo(Instant.ofEpochSecond(2));
    assertThat(request.headers()).containsExactly(Map.entry("X-A", "b"));
    assertThat(request.metadata()).containsExactly(Map.entry("z", "1"), Map.entry("a", "2"));
    assertThat(request.endpoint()).contains("/v1/x?y=1");
    assertThat(request.payload()).isEqualTo(json("{ 'k' : 1e400 }"));
  }

  @Test
  void null_is_absent_for_an_optional_field() {
    RequestMessage request =
        RequestMessage.parse(
            json("{'id':'a','created':null,'headers':null,'metadata':null,'endpoint':null" + REST),
            MAX_BYTES);

    assertThat(request.created()).isEmpty();
    assertThat(request.headers()).isEmpty();
    assertThat(request.metadata()).isEmpty();
    assertThat(request.endpoint()).isEmpty();
  }

  @Test
  void long_names_strings_and_numbers_pass_below_the_limit() {
    String payload =
        "{'%s': '%s', 'n': %s}"
            .formatted("n".repeat(100_000), "s".repeat(300_000), "1".repeat(100_000));

    RequestMessage request =
        RequestMessage.parse(
            json("{'id': 'a', 'deadline': 1, 'payload': " + payload + "}"), MAX_BYTES);

    assertThat(request.payload()).isEqualTo(json(payload));
  }

  private static InvalidMessageException refused(String json) {
    return refused(json(json));
  }

  private static InvalidMessageException refused(Bytes json) {
    InvalidMessageException thrown =
        catchThrowableOfType(
            InvalidMessageException.class, () -> RequestMessage.parse(json, MAX_BYTES));
    assertThat(thrown).isNotNull();
    return thrown;
  }

  /** Single quotes read better here. */
  private static Bytes json(String text) {
    return Bytes.utf8(text.replace('\'', '"'));
  }
}
