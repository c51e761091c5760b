package io.batchprocessor.message;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.util.List;
import java.util.Map;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class PromptPrefixTest {

  private static final JsonMapper MAPPER = new JsonMapper();

  private static String of(String payload, int characters) {
    return PromptPrefix.of(Bytes.utf8(payload), characters).orElse("none");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "{\"prompt\":\"Say hi to everyone\"}|Say hi",
        "{\"model\":{\"prompt\":\"no\"},\"prompt\" : \"Say\"}|Say",
        "{\"prompt\":[\"first1 one\",\"second\"]}|first1",
        "{\"messages\":[{\"role\":\"user\",\"content\":\"Hello\"}]}|Hello",
        "{\"messages\":[{\"role\":\"user\",\"content\":\"Hi\"},{\"content\":\"Be kind\",\"role\":\"system\"}]}|Be kin",
        "{\"messages\":[{\"role\":\"developer\",\"content\":\"Be brief\",\"name\":[{}]}]}|Be bri",
        "{\"messages\":[{\"role\":\"user\",\"content\":[{\"type\":\"image_url\",\"image_url\":{\"url\":\"x\"}},{\"type\":\"text\",\"text\":\"What is it?\"}]}]}|What i",
        "{\"messages\":[{\"role\":\"user\",\"content\":[]},{\"role\":\"system\",\"content\":\"Yes\"}]}|Yes",
        "{\"prompt\":\"a\\n\\u00e9\\\"\\\\bcdef\"}|`a\né\"\\b`",
      })
  void it_is_the_system_message_else_the_first_or_the_prompt(String payload, String prefix) {
    assertThat(of(payload, 6)).isEqualTo(prefix.replace("\\n", "\n"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{}",
        "[]",
        "",
        "no JSON",
        "{\"prompt\":[1,2,3]}",
        "{\"prompt\":[]}",
        "{\"prompt\":null}",
        "{\"prompt\":{\"text\":\"x\"}}",
        "{\"messages\":[]}",
        "{\"messages\":[1]}",
        "{\"messages\":[{\"role\":\"user\"}]}",
        "{\"messages\":[{\"role\":\"user\",\"content\":[\"x\",{\"text\":1}]}]}",
        "{\"messages\":[{\"role\":\"user\",\"content\":null},{\"role\":\"user\",\"content\":\"x\"}]}",
        "{\"messages\":[{\"role\":\"system\",\"content\":\"x\"",
        "{\"input\":\"x\"}",
        "{\"prompt\":\"ab\\",
        "{\"prompt\":\"ab\\u00",
      })
  void what_has_no_such_text_has_no_prefix(String payload) {
    assertThat(PromptPrefix.of(Bytes.utf8(payload), 6)).isEmpty();
  }

  @Property
  void it_begins_as_the_text_does_however_that_is_written(
      @ForAll String text, @ForAll @IntRange(min = 1, max = 40) int characters)
      throws JsonProcessingException {
    String expected = text.substring(0, Math.min(characters, text.length()));
    Object messages = List.of(Map.of("role", "system", "content", text));
    String escaped = escaped(text);

    assertThat(of("{\"prompt\":\"" + escaped + "\"}", characters)).isEqualTo(expected);
    assertThat(of("{\"messages\":[{\"content\":\"" + escaped + "\"}]}", characters))
        .isEqualTo(expected);
    if (!hasSurrogates(text)) {
      assertThat(of(MAPPER.writeValueAsString(Map.of("prompt", text)), characters))
          .isEqualTo(expected);
      assertThat(of(MAPPER.writeValueAsString(Map.of("messages", messages)), characters))
          .isEqualTo(expected);
    }
  }

  /** A character outside the basic plane is cut in two, the same way each time. */
  @Test
  void it_is_cut_by_utf_16_characters() {
    assertThat(of("{\"prompt\":\"x\ud83c\udf54y\"}", 2)).isEqualTo("x\ud83c");
    assertThat(of("{\"prompt\":\"x\ud83c\udf54y\"}", 9)).isEqualTo("x\ud83c\udf54y");
  }

  @Test
  void a_long_prompt_is_not_read_to_its_end() {
    assertThat(of("{\"prompt\":\"" + "x".repeat(100_000) + "\u0007 no JSON", 8))
        .isEqualTo("xxxxxxxx");
  }

  private static String escaped(String text) {
    StringBuilder escaped = new StringBuilder();
    text.chars().forEach(c -> escaped.append("\\u%04x".formatted(c)));
    return escaped.toString();
  }

  private static boolean hasSurrogates(String text) {
    return text.chars().anyMatch(c -> Character.isSurrogate((char) c));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{\"max_tokens\":16}|16",
        "{\"x\":\"max_tokens\",\"max_completion_tokens\": 7}|7",
        "{\"max_tokens\":0}|0",
        "{\"max_tokens\":999999999999999999}|999999999999999999",
        "{\"max_tokens\":9999999999999999999}|-1",
        "{\"max_tokens\":-1}|-1",
        "{\"max_tokens\":1.5}|-1",
        "{\"max_tokens\":\"16\"}|-1",
        "{\"max_tokens\":1e9}|-1",
        "{\"a\":{\"max_tokens\":16}}|-1",
        "{\"max_tokens\":|-1",
        "[]|-1",
      })
  void whole_numbers_are_found(String payload, long number) {
    assertThat(
            JsonField.integer(Bytes.utf8(payload), "max_tokens", "max_completion_tokens")
                .orElse(-1))
        .isEqualTo(number);
  }
}
