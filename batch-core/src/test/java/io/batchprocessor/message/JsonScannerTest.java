package io.batchprocessor.message;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.json.JsonMapper;
import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import java.util.List;
import java.util.Random;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class JsonScannerTest {

  private static final JsonMapper MAPPER = new JsonMapper();
  private static final int ROUNDS = 2_000;
  private static final int MAX_BYTES = 1 << 20;

  @ParameterizedTest
  @CsvSource(
      quoteCharacter = '`',
      delimiter = '|',
      value = {
        "[1,]                  | 3",
        "[,1]                  | 1",
        "[1 2]                 | 3",
        "[1}                   | 2",
        "{\"a\":1]             | 6",
        "{\"a\":1,}            | 7",
        "{\"a\":1 \"b\":2}     | 7",
        "{\"a\",1}             | 4",
        "{1:1}                 | 1",
        "[01]                  | 2",
        "[-]                   | 2",
        "[1.]                  | 3",
        "[1.e1]                | 3",
        "[1e+]                 | 4",
        "[+1]                  | 1",
        "[truE]                | 4",
        "[\"ü\\x\"]            | 5",
        "[\"\\u00G0\"]         | 6",
        "[\"eight by\tte\"]    | 10",
        "  ü                   | 0",
        "[1,[2,[3,{\"a\":é}]]] | 14",
      })
  void a_fault_is_told_by_its_byte(String json, int at) {
    JsonScanner scanner = scanner(json);

    assertThatThrownBy(scanner::skipValue)
        .isInstanceOf(InvalidMessageException.class)
        .hasMessage("message: not JSON at byte %d; must be a JSON object", at);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", " ", "[", "{", "{\"a\"", "{\"a\":", "[1", "[1,", "-", "1e", "\"a\\"})
  void a_text_that_is_cut_short_is_told_as_such(String json) {
    JsonScanner scanner = scanner(json);

    assertThatThrownBy(scanner::skipValue).hasMessageStartingWith("message: ends in the middle");
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 63, 64, 65, 1_000})
  void it_knows_what_to_close_at_each_depth(int depth) {
    String open = "[{\"a\":".repeat(depth);
    String close = "}]".repeat(depth);

    JsonScanner scanner = scanner(open + "[[],{}]" + close);
    scanner.skipValue();

    assertThat(scanner.isAtEnd()).isTrue();
    assertThatThrownBy(scanner(open + "1" + close.replaceFirst("}]", "]}"))::skipValue)
        .hasMessageStartingWith("message: not JSON at byte " + (open.length() + 1));
  }

  @Property
  void a_string_is_read_as_databind_reads_it(@ForAll("strings") String json) throws Exception {
    assertThat(scanner(" " + json).string()).isEqualTo(MAPPER.readValue(json, String.class));
  }

  @Test
  void every_escape_is_read() {
    assertThat(scanner("\"\\\"\\\\\\/\\b\\f\\n\\r\\t\\u00fC\\uD83D\\ude00\\udc00x\"").string())
        .isEqualTo("\"\\/\b\f\n\r\tü😀\udc00x");
  }

  @Test
  void a_stop_is_found_at_each_place_of_a_word() {
    for (int stop : new int[] {'"', '\\', 0, 0x1F}) {
      for (int place = 0; place < 20; place++) {
        byte[] text = Bytes.utf8("!#[]\u007Fü ~'a!#[]\u007Fü ~'a").toByteArray();
        text[place] = (byte) stop;

        assertThat(JsonString.plainEnd(text, 0, text.length)).isEqualTo(place);
        assertThat(JsonString.plainEnd(text, 0, place)).isEqualTo(place);
      }
    }
  }

  @Test
  void escapes_in_the_names_of_fields_are_understood() {
    RequestMessage request =
        RequestMessage.parse(
            Bytes.utf8("{\"\\u0069d\":\"a\",\"dead\\u006Cine\":1,\"payload\":{}}"), MAX_BYTES);

    assertThat(request.id()).isEqualTo("a");
  }

  @ParameterizedTest
  @ValueSource(strings = {"\\ud800", "\\udc00", "a\\uDBFFb", "\\udc00\\ud800"})
  void a_name_may_have_an_unpaired_surrogate_where_it_is_not_read(String name) {
    String object = "{\"" + name + "\":1}";
    String fields = ",\"payload\":" + object + ",\"" + name + "\":2,\"deadline\":1}";

    RequestMessage request = RequestMessage.parse(Bytes.utf8("{\"id\":\"a\"" + fields), MAX_BYTES);
    ResultMessage result =
        ResultMessage.builder("a").answer(200, Bytes.utf8(object)).attempts(1).build();

    assertThat(request.payload()).isEqualTo(Bytes.utf8(object));
    assertThat(result.payload()).contains(Bytes.utf8(object));
    assertThat(ResultMessage.parse(result.toJson()).payload()).contains(Bytes.utf8(object));
    assertThatThrownBy(
            () ->
                RequestMessage.parse(
                    Bytes.utf8("{\"id\":\"a\",\"metadata\":{\"" + name + "\":\"\"}" + fields),
                    MAX_BYTES))
        .hasMessageContaining("has an unpaired surrogate; must be Unicode text");
  }

  @Test
  void names_never_seen_cost_an_answer_no_memory() {
    long perAnswer =
        allocatedEach(
            name -> "{\"logprobs\":{\"" + name + "\":-0.5,\"" + name + "x\":{}}}",
            ResultCodec::asJson);

    // The scanner and its nesting; one name as a string would add 56 bytes at least.
    assertThat(perAnswer).isLessThan(200);
  }

  @Test
  void names_never_seen_cost_a_message_little_memory() {
    long perMessage =
        allocatedEach(
            name ->
                "{\"id\":\"a\",\"deadline\":1,\"payload\":{\"%s\":1},\"%s\":2}"
                    .formatted(name, name),
            json -> RequestMessage.parse(json, MAX_BYTES));

    // A table of names that has to grow would take 200 KB.
    assertThat(perMessage).isLessThan(2_000);
  }

  private static long allocatedEach(UnaryOperator<String> json, Consumer<Bytes> reader) {
    Random random = new Random(1);
    List<Bytes> texts =
        random
            .longs(2L * ROUNDS)
            .mapToObj(number -> Bytes.utf8(json.apply(Long.toHexString(number))))
            .toList();
    ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    texts.subList(0, ROUNDS).forEach(reader);
    List<Bytes> fresh = texts.subList(ROUNDS, 2 * ROUNDS);

    long before = threads.getCurrentThreadAllocatedBytes();
    fresh.forEach(reader);
    return (threads.getCurrentThreadAllocatedBytes() - before) / ROUNDS;
  }

  private static JsonScanner scanner(String json) {
    return new JsonScanner(Bytes.utf8(json), 10 * RequestMessage.MAX_NESTING, List.of());
  }

  @Provide
  Arbitrary<String> strings() {
    return RandomJson.arbitrary(RandomJson::string);
  }
}
