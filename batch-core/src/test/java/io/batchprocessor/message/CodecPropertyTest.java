package io.batchprocessor.message;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Random;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.Size;
import net.jqwik.api.statistics.Statistics;

class CodecPropertyTest {

  private static final int MAX_BYTES = 1 << 20;

  private static final JsonMapper MAPPER =
      JsonMapper.builder().enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS).build();

  @Property
  void a_payload_comes_out_byte_for_byte(
      @ForAll("objects") String payload,
      @ForAll("fields") String before,
      @ForAll("fields") String after,
      @ForAll("spaces") String space) {
    String json =
        "%s{%s\"id\":\"a\",%s\"payload\"%s:%s%s%s,%s\"deadline\":1%s}%s"
            .formatted(space, before, space, space, space, payload, space, after, space, space);

    RequestMessage request = RequestMessage.parse(inTheMiddle(json), MAX_BYTES);

    assertThat(request.payload().toUtf8()).isEqualTo(payload);
    assertThat(request.id()).isEqualTo("a");
  }

  @Property
  void a_request_comes_back_as_it_was_written(@ForAll("requests") RequestMessage request) {
    Bytes json = request.toJson();

    RequestMessage again = RequestMessage.parse(json, MAX_BYTES);

    assertThat(again.id()).isEqualTo(request.id());
    assertThat(again.deadline()).isEqualTo(request.deadline());
    assertThat(again.created()).isEqualTo(request.created());
    assertThat(again.endpoint()).isEqualTo(request.endpoint());
    assertThat(again.metadata()).containsExactlyEntriesOf(request.metadata());
    assertThat(again.headers()).containsExactlyEntriesOf(request.headers());
    assertThat(again.payload()).isEqualTo(request.payload());
    assertThat(again.toJson()).isEqualTo(json);
    assertThat(ReferenceJson.isValue(json.toByteArray(), RequestMessage.MAX_NESTING)).isTrue();
  }

  @Property
  void a_result_comes_back_as_it_was_written(
      @ForAll("anyText") String id,
      @ForAll("optionalValues") String payload,
      @ForAll("optionalText") String error,
      @ForAll ErrorCode code,
      @ForAll("statuses") int status,
      @ForAll("attempts") int attempts,
      @ForAll("maps") Map<String, String> metadata)
      throws Exception {
    ResultMessage.Builder builder =
        ResultMessage.builder(id).statusCode(status).attempts(attempts).metadata(metadata);
    if (payload != null) {
      builder.answer(status, Bytes.utf8(payload));
    }
    if (error != null) {
      builder.error(code, error);
    }
    ResultMessage result = builder.build();
    Bytes json = result.toJson();

    ResultMessage again = ResultMessage.parse(json);

    assertThat(again.id()).isEqualTo(id);
    assertThat(again.payload().map(Bytes::toUtf8).orElse(null)).isEqualTo(payload);
    assertThat(again.error().orElse(null)).isEqualTo(error);
    assertThat(again.errorCode().orElse(null)).isEqualTo(error == null ? null : code);
    assertThat(again.statusCode()).isEqualTo(result.statusCode());
    assertThat(again.attempts()).isEqualTo(attempts);
    assertThat(again.metadata()).containsExactlyEntriesOf(metadata);
    // No further than the id: Jackson refuses the names in some payloads.
    try (JsonParser parser = MAPPER.createParser(json.toByteArray())) {
      parser.nextToken();
      assertThat(parser.nextFieldName()).isEqualTo("id");
      assertThat(parser.nextTextValue()).isEqualTo(id);
    }
  }

  @Property
  void json_is_carried_as_it_is(@ForAll("spacedValues") String body) {
    Bytes bytes = inTheMiddle(body);

    assertThat(ResultCodec.asJson(bytes)).isSameAs(bytes);
  }

  @Property(tries = 5_000)
  void an_answer_is_carried_as_it_is_exactly_if_it_is_json(
      @ForAll("spacedValues") String body, @ForAll Random random) throws Exception {
    byte[] damaged = RandomJson.damaged(body.getBytes(StandardCharsets.UTF_8), random);
    Bytes bytes = Bytes.wrap(damaged);
    boolean valid = ReferenceJson.isValue(damaged, RequestMessage.MAX_NESTING - 1);
    Statistics.collect(valid ? "valid" : "invalid");

    Bytes json = ResultCodec.asJson(bytes);

    if (valid) {
      assertThat(json).isSameAs(bytes);
    } else {
      assertThat(MAPPER.readTree(json.toByteArray()).textValue()).isEqualTo(bytes.toUtf8());
      assertThat(ReferenceJson.isValue(json.toByteArray(), 0)).isTrue();
    }
  }

  @Property
  void bytes_at_random_are_carried_as_a_string(@ForAll @Size(max = 40) byte[] body)
      throws Exception {
    Bytes bytes = Bytes.wrap(body);

    Bytes json = ResultCodec.asJson(bytes);

    if (!ReferenceJson.isValue(body, RequestMessage.MAX_NESTING - 1)) {
      assertThat(MAPPER.readTree(json.toByteArray()).textValue()).isEqualTo(bytes.toUtf8());
    }
  }

  @Property
  void bytes_at_random_are_read_or_refused(@ForAll @Size(max = 60) byte[] bytes) {
    readOrRefuse(Bytes.wrap(bytes));
  }

  @Property(tries = 2_000)
  void a_damaged_message_is_read_or_refused(
      @ForAll("requests") RequestMessage request, @ForAll Random random) {
    byte[] damaged = RandomJson.damaged(request.toJson().toByteArray(), random);

    boolean read = readOrRefuse(Bytes.wrap(damaged));

    if (!ReferenceJson.isValue(damaged, RequestMessage.MAX_NESTING)) {
      assertThat(read).as("a message that is no JSON was read").isFalse();
    }
  }

  private static boolean readOrRefuse(Bytes bytes) {
    try {
      ResultMessage.parse(bytes);
    } catch (InvalidMessageException e) {
      assertThat(e).hasMessageContaining(": ");
    }
    try {
      RequestMessage.parse(bytes, MAX_BYTES);
      return true;
    } catch (InvalidMessageException e) {
      assertThat(e).hasMessageContaining(": ");
      return false;
    }
  }

  /** A slice with other bytes around it: offsets must count from its own beginning. */
  private static Bytes inTheMiddle(String json) {
    byte[] text = ("{{" + json + "]]").getBytes(StandardCharsets.UTF_8);
    return Bytes.wrap(text).slice(2, text.length - 2);
  }

  @Provide
  Arbitrary<RequestMessage> requests() {
    Arbitrary<Instant> times =
        Combinators.combine(
                Arbitraries.longs().between(1, Instant.MAX.getEpochSecond()),
                Arbitraries.oneOf(
                    Arbitraries.just(0), Arbitraries.integers().between(0, 999_999_999)))
            .as((seconds, nanos) -> Instant.ofEpochSecond(seconds, nanos));
    Arbitrary<String> ids =
        Arbitraries.strings().withChars("az09-_\"\\/ äß€\uFFFD").ofMinLength(1).ofMaxLength(150);
    return Combinators.combine(
            ids,
            times,
            objects(),
            times.injectNull(0.5),
            Arbitraries.of("/", "/v1/completions", "/a/b%20c?d=%2F&e=/?").injectNull(0.5),
            maps(),
            Arbitraries.maps(
                    Arbitraries.of("X-A", "x-b", "Authorization"),
                    Arbitraries.strings().withCharRange(' ', '~').ofMaxLength(10))
                .ofMaxSize(2))
        .as(
            (id, deadline, payload, created, endpoint, metadata, headers) -> {
              RequestMessage.Builder builder =
                  RequestMessage.builder(id).deadline(deadline).payload(payload);
              if (created != null) {
                builder.created(created);
              }
              if (endpoint != null) {
                builder.endpoint(endpoint);
              }
              metadata.forEach(builder::metadata);
              headers.forEach(builder::header);
              return builder.build();
            });
  }

  @Provide
  Arbitrary<String> fields() {
    return RandomJson.arbitrary(RandomJson::unknownFields);
  }

  @Provide
  Arbitrary<Map<String, String>> maps() {
    return anyText()
        .list()
        .ofMaxSize(3)
        .map(
            texts -> {
              Map<String, String> map = new LinkedHashMap<>();
              texts.forEach(text -> map.put(text, text + map.size()));
              return map;
            });
  }

  @Provide
  Arbitrary<String> objects() {
    return RandomJson.arbitrary(RandomJson::object);
  }

  @Provide
  Arbitrary<String> spaces() {
    return RandomJson.arbitrary(RandomJson::space);
  }

  @Provide
  Arbitrary<String> spacedValues() {
    return RandomJson.arbitrary(RandomJson::spacedValue);
  }

  @Provide
  Arbitrary<String> optionalValues() {
    return RandomJson.arbitrary(RandomJson::value).injectNull(0.2);
  }

  /** Any Unicode text: control characters and characters of four bytes too. */
  @Provide
  Arbitrary<String> anyText() {
    return Arbitraries.strings()
        .all()
        .ofMaxLength(30)
        .map(text -> new String(text.getBytes(StandardCharsets.UTF_8), StandardCharsets.UTF_8));
  }

  @Provide
  Arbitrary<String> optionalText() {
    return anyText().injectNull(0.5);
  }

  @Provide
  Arbitrary<Integer> statuses() {
    return Arbitraries.of(0, 100, 200, 429, 999);
  }

  @Provide
  Arbitrary<Integer> attempts() {
    return Arbitraries.integers().greaterOrEqual(0);
  }
}
