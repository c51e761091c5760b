package io.batchprocessor.message;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.nio.charset.StandardCharsets;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ResultMessageTest {

  @Test
  void it_writes_what_there_is_compactly_and_in_order() {
    ResultMessage answered =
        ResultMessage.builder("a").answer(200, Bytes.utf8("{ \"x\":1e400}")).attempts(1).build();
    ResultMessage refused =
        ResultMessage.builder("a\"")
            .answer(404, Bytes.utf8("no such model\n"))
            .error(ErrorCode.INFERENCE_ERROR, "the gateway answered 404")
            .attempts(2)
            .metadata(Map.of("k", "v"))
            .build();
    ResultMessage expired =
        ResultMessage.builder("a").error(ErrorCode.DEADLINE_EXCEEDED, "\ud800 late").build();

    assertThat(answered.toJson().toUtf8())
        .isEqualTo("{\"id\":\"a\",\"payload\":{ \"x\":1e400},\"status_code\":200,\"attempts\":1}");
    assertThat(refused.toJson().toUtf8())
        .isEqualTo(
            "{\"id\":\"a\\\"\",\"payload\":\"no such model\\n\","
                + "\"error\":\"the gateway answered 404\",\"error_code\":\"INFERENCE_ERROR\","
                + "\"status_code\":404,\"attempts\":2,\"metadata\":{\"k\":\"v\"}}");
    assertThat(expired.toJson().toUtf8())
        .isEqualTo(
            "{\"id\":\"a\",\"error\":\"\uFFFD late\",\"error_code\":\"DEADLINE_EXCEEDED\","
                + "\"attempts\":0}");
  }

  @Test
  void it_reads_what_others_write() {
    ResultMessage result =
        ResultMessage.parse(
            Bytes.utf8(
                "{\"v\":{\"id\":1},\"id\":\"a\",\"error\":\"why\",\"error_code\":null,"
                    + "\"attempts\":null,\"status_code\":null,\"metadata\":null}"));

    assertThat(result.isSuccess()).isFalse();
    assertThat(result.error()).contains("why");
    assertThat(result.errorCode()).isEmpty();
    assertThat(result.statusCode()).isEmpty();
    assertThat(result.payload()).isEmpty();
    assertThat(result).hasToString("ResultMessage[id=a, error, attempts=0]");
  }

  /** Consumers are not all deployed at once with the processor. */
  @Test
  void the_error_code_of_a_later_version_does_not_cost_the_result() {
    ResultMessage result =
        ResultMessage.parse(
            Bytes.utf8(
                "{\"id\":\"a\",\"error\":\"why\",\"error_code\":\"OF_A_LATER_VERSION\","
                    + "\"payload\":[1],\"status_code\":400,\"attempts\":2}"));

    assertThat(result.isSuccess()).isFalse();
    assertThat(result.error()).contains("why");
    assertThat(result.errorCode()).isEmpty();
    assertThat(result.payload().orElseThrow().toUtf8()).isEqualTo("[1]");
    assertThat(result.statusCode()).hasValue(400);
    assertThat(result.attempts()).isEqualTo(2);
  }

  @ParameterizedTest
  @CsvSource(
      quoteCharacter = '`',
      delimiter = '|',
      value = {
        "``                                             | message: empty",
        "[]                                             | message: is an array",
        "{\"x\":1}                                      | id: missing",
        "{\"id\":1}                                     | id: is a number",
        "{\"id\":\"a\",\"error\":1}                     | error: is a number",
        "{\"id\":\"a\",\"error_code\":\"CANCELLED\"}    | error: missing beside error_code",
        "{\"id\":\"a\",\"error_code\":\"X\"}            | error: missing beside error_code",
        "{\"id\":\"a\",\"error_code\":1}                | error_code: is a number",
        "{\"id\":\"a\",\"status_code\":\"200\"}         | status_code: is a string",
        "{\"id\":\"a\",\"status_code\":20}              | status_code: '20' is out of range",
        "{\"id\":\"a\",\"status_code\":200.0}           | status_code: is a number",
        "{\"id\":\"a\",\"attempts\":-1}                 | attempts: '-1' is out of range",
        "{\"id\":\"a\",\"attempts\":99999999999999}     | attempts: '99999999999999' is out of",
        "{\"id\":\"a\",\"metadata\":{\"k\":1}}          | metadata: 'k' is a number",
        "{\"id\":\"a\",\"payload\":1,\"payload\":1}     | payload: given twice",
        "{\"id\":\"a\",\"payload\":01}                  | message: not JSON at byte",
      })
  void a_fault_names_the_field(String json, String fault) {
    InvalidMessageException thrown =
        catchThrowableOfType(
            InvalidMessageException.class, () -> ResultMessage.parse(Bytes.utf8(json)));

    assertThat(thrown).hasMessageStartingWith(fault);
    assertThat(thrown.id().isPresent()).isEqualTo(json.contains("\"id\":\"a\""));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{}",
        "[]",
        "0",
        "-0.0e-0",
        "1e999999",
        "true",
        "null",
        "\"\"",
        "\"\\ud800\"",
        " [1 , 2]\r\n\t"
      })
  void an_answer_that_is_json_is_carried_as_it_is(String body) {
    assertThat(ResultCodec.asJson(Bytes.utf8(body)).toUtf8()).isEqualTo(body);
  }

  @ParameterizedTest
  @CsvSource(
      quoteCharacter = '`',
      delimiter = '|',
      value = {
        "``                | \"\"",
        "oops              | \"oops\"",
        "<p class=\"x\">   | \"<p class=\\\"x\\\">\"",
        "C:\\temp          | \"C:\\\\temp\"",
        "01                | \"01\"",
        "1.                | \"1.\"",
        ".5                | \".5\"",
        "+1                | \"+1\"",
        "NaN               | \"NaN\"",
        "-Infinity         | \"-Infinity\"",
        "truex             | \"truex\"",
        "tru               | \"tru\"",
        "{\"a\":1,}        | \"{\\\"a\\\":1,}\"",
        "[1,]              | \"[1,]\"",
        "[1 2]             | \"[1 2]\"",
        "{} {}             | \"{} {}\"",
        "1 2               | \"1 2\"",
        "{\"a\"}           | \"{\\\"a\\\"}\"",
        "{a:1}             | \"{a:1}\"",
        "'a'               | \"'a'\"",
        "\"a               | \"\\\"a\"",
        "\"\\x\"           | \"\\\"\\\\x\\\"\"",
        "\"\\u12g4\"       | \"\\\"\\\\u12g4\\\"\"",
        "[1]//x            | \"[1]//x\"",
        "ü€😀              | \"ü€😀\"",
      })
  void an_answer_that_is_no_json_is_carried_as_a_string(String body, String json) {
    assertThat(ResultCodec.asJson(Bytes.utf8(body)).toUtf8()).isEqualTo(json);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"\"a\tb\"", "\"a\nb\"", "\"\0\"", "[1]\0", "\u00A0[1]", "\uFEFF[1]", "\f1"})
  void control_characters_and_other_spaces_make_it_no_json(String body) {
    assertThat(ResultCodec.asJson(Bytes.utf8(body)).toUtf8()).startsWith("\"").isNotEqualTo(body);
  }

  @Test
  void bytes_that_are_no_utf8_are_replaced() {
    Bytes body = Bytes.wrap("\"Grüße\"".getBytes(StandardCharsets.ISO_8859_1));

    assertThat(ResultCodec.asJson(body).toUtf8()).isEqualTo("\"\\\"Gr\uFFFD\uFFFDe\\\"\"");
  }

  @ParameterizedTest
  @CsvSource({"999, true", "1000, false"})
  void a_result_as_a_whole_stays_within_a_thousand_levels(int levels, boolean verbatim) {
    Bytes body = Bytes.utf8("[".repeat(levels) + "]".repeat(levels));

    ResultMessage result = ResultMessage.builder("a").answer(200, body).build();

    assertThat(result.payload().orElseThrow().at(0)).isEqualTo((byte) (verbatim ? '[' : '"'));
    assertThat(ResultMessage.parse(result.toJson()).payload()).isEqualTo(result.payload());
  }
}
