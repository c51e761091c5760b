package io.batchprocessor.examples.files;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.batchprocessor.message.Bytes;
import io.batchprocessor.message.ErrorCode;
import io.batchprocessor.message.RequestMessage;
import io.batchprocessor.message.ResultMessage;
import java.io.IOException;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class OpenAiBatchTest {

  private static final Instant DEADLINE = Instant.ofEpochSecond(1_900_000_000);
  private static final Reading.Rules RULES = new Reading.Rules(1 << 20, DEADLINE);

  @Test
  void a_line_becomes_a_request_with_the_body_byte_for_byte() {
    String body = "{ \"n\": 12345678901234567890,\"a\":1, \"a\":2, \"s\":\"\\u00e9\u00e9\" }";
    Reading reading =
        RULES.read(
            Bytes.utf8(
                "{\"custom_id\": \"c-1\", \"method\": \"POST\", \"url\": \"/v1/x\", \"body\": "
                    + body
                    + "}"));

    assertThat(reading).isInstanceOf(Reading.Request.class);
    Reading.Request request = (Reading.Request) reading;
    RequestMessage message = RequestMessage.parse(request.message(), 1 << 20);
    assertThat(request.openAi()).isTrue();
    assertThat(message.id()).isEqualTo("c-1").isEqualTo(request.id());
    assertThat(message.endpoint()).contains("/v1/x");
    assertThat(message.deadline()).isEqualTo(DEADLINE);
    assertThat(message.payload().toUtf8()).isEqualTo(body);
  }

  @Test
  void a_line_of_our_own_that_only_mentions_the_name_stays_our_own() {
    Bytes line =
        Bytes.utf8("{\"id\":\"a\",\"deadline\":1900000000,\"payload\":{\"custom_id\":\"x\"}}");

    assertThat(RULES.read(line)).isEqualTo(new Reading.Request("a", line, false));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          {"custom_id":"c","method":"GET","url":"/x","body":{}}        | method: must be POST
          {"custom_id":"c","url":"/x","body":{}}                       | method: must be POST
          {"custom_id":"c","method":"POST","body":{}}                  | url: missing
          {"custom_id":"c","method":"POST","url":"/x"}                 | body: missing
          {"custom_id":"c","method":"POST","url":"/x","body":[]}       | body: must be a JSON object
          {"custom_id":"c","method":"POST","url":7,"body":{}}          | url: must be a string
          {"custom_id":"c","method":"POST","url":"//h","body":{}}      | url: '//h'
          {"custom_id":"c","method":"POST","url":"/x","body":{"a":}    | line: not JSON at byte
          {"custom_id":"c","custom_id":"d","method":"POST"}            | custom_id: given twice
          """)
  void a_line_at_fault_is_answered_by_its_custom_id(String line, String fault) {
    assertThat(RULES.read(Bytes.utf8(line)))
        .isInstanceOfSatisfying(
            Reading.Invalid.class,
            invalid -> {
              assertThat(invalid.id()).isEqualTo("c");
              assertThat(invalid.fault()).startsWith(fault);
            });
  }

  @Test
  void without_a_usable_custom_id_nobody_can_be_answered() {
    for (String id : new String[] {"7", "null", "\"\"", "\"" + "x".repeat(513) + "\""}) {
      assertThat(RULES.read(Bytes.utf8("{\"custom_id\":" + id + ",\"method\":\"POST\"}")))
          .isInstanceOfSatisfying(
              Reading.Unusable.class,
              unusable -> assertThat(unusable.fault()).startsWith("custom_id: must be a string"));
    }
  }

  @Test
  void an_answer_is_in_the_format_of_the_batch_api() throws IOException {
    JsonNode line =
        answer(
            ResultMessage.builder("c-1").answer(200, Bytes.utf8("{\"n\":1}")).attempts(2).build());

    assertThat(line.get("id").asText()).matches("batch_req_[0-9a-f]{32}");
    assertThat(line.get("custom_id").asText()).isEqualTo("c-1");
    assertThat(line.at("/response/status_code").asInt()).isEqualTo(200);
    assertThat(line.at("/response/request_id").asText()).isEqualTo("c-1");
    assertThat(line.at("/response/body/n").asInt()).isEqualTo(1);
    assertThat(line.get("error").isNull()).isTrue();
  }

  @Test
  void an_answer_that_is_no_json_is_a_json_string() throws IOException {
    JsonNode line = answer(ResultMessage.builder("c").answer(200, Bytes.utf8("<html>")).build());

    assertThat(line.at("/response/body").asText()).isEqualTo("<html>");
  }

  @Test
  void a_refusal_has_the_gateways_answer_and_the_error() throws IOException {
    JsonNode line =
        answer(
            ResultMessage.builder("c")
                .answer(400, Bytes.utf8("{\"error\":\"too long\"}"))
                .error(ErrorCode.INFERENCE_ERROR, "HTTP 400")
                .build());

    assertThat(line.at("/response/status_code").asInt()).isEqualTo(400);
    assertThat(line.at("/response/body/error").asText()).isEqualTo("too long");
    assertThat(line.at("/error/code").asText()).isEqualTo("inference_error");
    assertThat(line.at("/error/message").asText()).isEqualTo("HTTP 400");
  }

  @Test
  void a_passed_deadline_has_the_batch_apis_own_code() throws IOException {
    JsonNode line =
        answer(ResultMessage.builder("c").error(ErrorCode.DEADLINE_EXCEEDED, "too late").build());

    assertThat(line.get("response").isNull()).isTrue();
    assertThat(line.at("/error/code").asText()).isEqualTo("batch_expired");
  }

  @Test
  void what_was_written_is_known_by_its_custom_id() {
    String id = "with \"quotes\", \\ and \u00e9";
    assertThat(JsonLines.answeredId(OpenAiBatch.answer(ResultMessage.builder(id).build())))
        .contains(id);
    assertThat(JsonLines.answeredId(OpenAiBatch.invalid(id, "fault"))).contains(id);
    assertThat(JsonLines.answeredId(ResultMessage.builder(id).build().toJson())).contains(id);
  }

  private static JsonNode answer(ResultMessage result) throws IOException {
    return new ObjectMapper().readTree(OpenAiBatch.answer(result).toByteArray());
  }
}
