package io.batchprocessor.message;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TokenUsageTest {

  private static Optional<TokenUsage> of(String answer) {
    return TokenUsage.of(Bytes.utf8(answer));
  }

  @Test
  void a_completion_says_what_it_took() {
    assertThat(
            of(
                """
                {"id": "cmpl-1", "object": "text_completion", "model": "food-review",
                 "choices": [{"index": 0, "text": " hi", "finish_reason": "length"}],
                 "usage": {"prompt_tokens": 12, "total_tokens": 28, "completion_tokens": 16,
                           "prompt_tokens_details": {"cached_tokens": 4, "prompt_tokens": 999}},
                 "kv_transfer_params": null}
                """))
        .contains(new TokenUsage(12, 16));
  }

  @Test
  void other_names_for_the_same() {
    assertThat(of("{\"type\":\"message\",\"usage\":{\"input_tokens\":7,\"output_tokens\":9}}"))
        .contains(new TokenUsage(7, 9));
  }

  @Test
  void an_embedding_makes_no_tokens() {
    assertThat(of("{\"data\":[],\"usage\":{\"prompt_tokens\":8,\"total_tokens\":8}}"))
        .contains(new TokenUsage(8, 0));
  }

  @Test
  void what_a_model_writes_is_no_usage() {
    assertThat(
            of(
                "{\"usage\":{\"prompt_tokens\":1,\"completion_tokens\":2},\"text\":"
                    + "\"say \\\"usage\\\":{\\\"prompt_tokens\\\":5}, then \\\\\\\"usage\\\\\\\" \"}"))
        .contains(new TokenUsage(1, 2));
    assertThat(of("{\"a\":\"usage\",\"b\":[\"usage\"],\"text\":\"\\\"usage\\\":{}\"}")).isEmpty();
  }

  @Test
  void a_long_answer_is_read_from_its_end() {
    String text = "x".repeat(1 << 20);
    assertThat(of("{\"text\":\"" + text + "\",\"usage\":{\"prompt_tokens\":3}}"))
        .contains(new TokenUsage(3, 0));
    assertThat(of("{\"usage\":{\"prompt_tokens\":3},\"text\":\"" + text + "\"}")).isEmpty();
  }

  @Test
  void it_is_found_wherever_it_is_and_in_a_slice() {
    for (int i = 0; i < 40; i++) {
      String answer =
          "{\"a\":\""
              + "usag\\\"e".repeat(i)
              + "x".repeat(i)
              + "\",\"usage\" : {\"output_tokens\":4}";
      answer += " ".repeat(i) + "}";
      assertThat(of(answer)).as(answer).contains(new TokenUsage(0, 4));
      Bytes longer = Bytes.utf8("usage\"" + answer + "\"usage\":{\"output_tokens\":9}");
      assertThat(TokenUsage.of(longer.slice(6, 6 + answer.length())))
          .contains(new TokenUsage(0, 4));
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "\"usage\"",
        "\"usage\":",
        "\"usage\":{",
        "\"usage\":{\"prompt_tokens\"",
        "\"usage\":{\"prompt_tokens\":",
        "\"usage\":{\"prompt_tokens\":1",
        "\"usage\":{\"prompt_tokens\":\"1\"}",
        "\"usage\":{\"prompt_tokens\":null}",
        "\"usage\":{\"prompt_tokens\":-5}",
        "\"usage\":{\"prompt_tokens\":99999999999999999999}",
        "\"usage\":{\"prompt_tokens\\",
        "\"usage\":null",
        "{\"usage\":{}}",
        "<html>usage</html>"
      })
  void anything_else_is_nothing(String answer) {
    assertThat(of(answer)).isEmpty();
  }
}
