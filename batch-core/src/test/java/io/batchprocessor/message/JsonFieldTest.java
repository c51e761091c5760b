package io.batchprocessor.message;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class JsonFieldTest {

  private static final List<String> SPELLINGS =
      List.of("\"model\"", "\"m\\u006fdel\"", "\"\\u006D\\u006F\\u0064\\u0065\\u006c\"");

  private static String withModel(String object, String model) {
    return JsonField.withText(Bytes.utf8(object), "model", model).toUtf8();
  }

  @ParameterizedTest
  @CsvSource(
      quoteCharacter = '`',
      delimiter = '|',
      value = {
        "{}                                  | {\"model\":\"x\"}",
        "{ }                                 | {\"model\":\"x\" }",
        "{\"a\":1}                           | {\"model\":\"x\",\"a\":1}",
        "{\"model\":\"old\"}                 | {\"model\":\"x\"}",
        "{\"model\" : null , \"a\":1.0}      | {\"model\" : \"x\" , \"a\":1.0}",
        "{\"a\":{\"model\":\"in\"}}          | {\"model\":\"x\",\"a\":{\"model\":\"in\"}}",
        "{\"model\":{\"model\":1},\"b\":[{\"model\":2}]} | {\"model\":\"x\",\"b\":[{\"model\":2}]}",
        "{\"m\\u006fdel\":1,\"model\":2}     | {\"m\\u006fdel\":\"x\",\"model\":\"x\"}",
        "{\"Model\":1,\"model \":2}          | {\"model\":\"x\",\"Model\":1,\"model \":2}",
      })
  void a_field_is_replaced_or_put_in_front(String object, String expected) {
    assertThat(withModel(object, "x")).isEqualTo(expected);
  }

  @Test
  void a_text_is_escaped() {
    assertThat(withModel("{}", "a\"b\\c\n\uD83D\uDE00"))
        .isEqualTo("{\"model\":\"a\\\"b\\\\c\\n\uD83D\uDE00\"}");
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "[]", "1", "{", "{\"a\":1", "{\"a\":1}{}", "--b\r\n", "{\"a\":01}"})
  void what_is_no_object_is_refused(String text) {
    assertThatThrownBy(() -> withModel(text, "x")).isInstanceOf(InvalidMessageException.class);
    assertThat(JsonField.isObject(Bytes.utf8(text))).isFalse();
  }

  @Test
  void a_value_is_found_byte_for_byte() {
    Bytes object = Bytes.utf8("{\"a\" : 1.50e+1 ,\"b\":[ 1, 2],\"a\":2}");

    assertThat(JsonField.json(object, "a")).contains(Bytes.utf8("1.50e+1"));
    assertThat(JsonField.json(object, "b")).contains(Bytes.utf8("[ 1, 2]"));
    assertThat(JsonField.json(object, "c")).isEmpty();
    assertThat(JsonField.json(Bytes.utf8("[1]"), "a")).isEmpty();
    assertThat(JsonField.isObject(object)).isTrue();
  }

  /**
   * Members of an object, each as random text; those called model, in one spelling or another, are
   * marked, so that the test knows what every byte must be without reading JSON.
   */
  record Member(String name, String rest, boolean isModel, String before, String value) {

    String with(String other) {
      return name + before + (isModel ? other : value) + rest;
    }
  }

  record Sample(String opening, List<Member> members, String closing) {

    String with(Function<Member, String> value) {
      return opening
          + String.join(",", members.stream().map(each -> each.with(value.apply(each))).toList())
          + closing;
    }
  }

  @Provide
  Arbitrary<Sample> objects() {
    return RandomJson.arbitrary(
        json -> {
          List<Member> members = new ArrayList<>();
          int size = json.pick("0", "1", "2", "3", "5").charAt(0) - '0';
          for (int i = 0; i < size; i++) {
            boolean isModel = json.pick("model", "other").equals("model");
            String name = isModel ? json.pick(SPELLINGS.toArray(String[]::new)) : other(json);
            members.add(
                new Member(
                    json.space() + name + json.space() + ":",
                    json.space(),
                    isModel,
                    json.space(),
                    json.pick(json.value(), "{\"model\":" + json.value() + "}")));
          }
          // The white space before the end belongs to what a member in front goes before.
          return new Sample(json.space() + "{", members, "}" + json.space());
        });
  }

  private static String other(RandomJson json) {
    return json.pick("\"a\"", "\"Model\"", "\"models\"", "\"\\\"model\\\"\"", "\"mod\\\\u0065l\"");
  }

  @Property(tries = 2_000)
  void every_byte_that_is_not_the_fields_stays(@ForAll("objects") Sample sample) {
    String object = sample.with(Member::value);
    boolean isThere = sample.members().stream().anyMatch(Member::isModel);
    String front = sample.members().isEmpty() ? "\"model\":\"x/y\"" : "\"model\":\"x/y\",";
    String expected =
        isThere
            ? sample.with(member -> "\"x/y\"")
            : sample.opening() + front + object.substring(sample.opening().length());

    byte[] changed = JsonField.withText(Bytes.utf8(object), "model", "x/y").toByteArray();

    assertThat(new String(changed, StandardCharsets.UTF_8)).isEqualTo(expected);
    assertThat(ReferenceJson.isValue(changed, 1_000)).isTrue();
    assertThat(JsonField.text(Bytes.wrap(changed), "model")).contains("x/y");
  }
}
