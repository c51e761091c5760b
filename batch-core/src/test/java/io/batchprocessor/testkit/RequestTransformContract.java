package io.batchprocessor.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import io.batchprocessor.message.RequestMessage;
import io.batchprocessor.spi.RequestBody;
import io.batchprocessor.spi.RequestTransform;
import io.batchprocessor.spi.Transformed;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * Rules 1201 to 1205, of {@link RequestTransform}.
 *
 * {@snippet :
 * class MyTransformKitTest implements RequestTransformContract {
 *   @Override
 *   public RequestTransform transform() {
 *     return new MyTransform();
 *   }
 * }
 * }
 *
 * <p>The page about it is named after the test class.
 */
@ExtendWith(RuleReport.class)
@Timeout(300)
public interface RequestTransformContract {

  /** A text in a payload that no message about it may show. */
  Pattern VALUE = Pattern.compile(":\\s*\"([^\"\\\\]{8,})\"");

  URI GATEWAY = URI.create("http://gateway.test/v1/completions");

  /** A new transform; time stands still for it, if it needs any. */
  RequestTransform transform();

  /** A payload that it makes something of; default: a completion's. */
  default String payload() {
    return "{\"model\":\"llama\",\"prompt\":\"once upon a time\",\"max_tokens\":16}";
  }

  /** A request with this payload; default: with nothing else that a transform could want. */
  default RequestMessage request(String payload) {
    return RequestMessage.builder("r1")
        .deadline(Instant.parse("2100-01-01T00:00:00Z"))
        .payload(payload)
        .build();
  }

  /**
   * Payloads that it rejects, or that have something in them that must not be told; default: none.
   */
  default List<String> rejected() {
    return List.of();
  }

  /** How long to wait for what has to happen sometime; default 30 seconds. */
  default Duration patience() {
    return Duration.ofSeconds(30);
  }

  @Test
  default void rule_1201_transform_decides_at_once() throws Exception {
    int many = 2_000;
    try (RequestTransform transform = transform()) {
      Background<Integer> transforming =
          Background.of(
              () -> {
                for (int i = 0; i < many; i++) {
                  apply(transform, request(payload()), 1);
                }
                return many;
              });

      transforming.within(patience(), "transform, " + many + " times");
    }
  }

  @Test
  default void rule_1202_the_same_request_has_the_same_body_at_each_attempt() throws Exception {
    try (RequestTransform transform = transform();
        RequestTransform ofAnotherProcess = transform()) {
      RequestMessage message = request(payload());
      Transformed first = apply(transform, message, 1);
      assertThat(first).as("what it makes of payload()").isInstanceOf(RequestBody.class);

      try {
        apply(transform, request("{\"prompt\":\"another\"}"), 1);
      } catch (RuntimeException e) {
        // Rule 1203's to find.
      }

      for (int attempt = 2; attempt <= 4; attempt++) {
        assertThat(apply(transform, message, attempt)).as("attempt %d", attempt).isEqualTo(first);
      }
      assertThat(apply(ofAnotherProcess, message, 5)).as("in another process").isEqualTo(first);
    }
  }

  @Test
  default void rule_1203_whatever_the_payload_there_is_a_body_or_a_reason() throws Exception {
    try (RequestTransform transform = transform()) {
      for (String payload : payloads()) {
        assertThat(apply(transform, request(payload), 1))
            .as("what it makes of %.60s", payload)
            .isNotNull();
      }
    }
  }

  @Test
  default void rule_1204_no_text_shows_what_is_in_a_payload() throws Exception {
    try (RequestTransform transform = transform()) {
      for (String payload : payloads()) {
        List<String> texts = new ArrayList<>(List.of(transform.name()));
        try {
          Transformed transformed = apply(transform, request(payload), 1);
          if (transformed instanceof Transformed.Rejected rejected) {
            texts.add(rejected.reason());
          }
        } catch (RuntimeException e) {
          // Rule 1203's to find.
          texts.add(String.valueOf(e));
        }
        texts.add(transform.toString());
        VALUE
            .matcher(payload)
            .results()
            .map((MatchResult found) -> found.group(1))
            .forEach(value -> assertThat(texts).noneMatch(text -> text.contains(value)));
      }
    }
  }

  @Test
  default void rule_1205_close_ends_every_thread() throws Exception {
    ThreadWatch watch = new ThreadWatch();
    RequestTransform transform = watch.run(this::transform);
    watch.run(() -> apply(transform, request(payload()), 1));

    transform.close();

    Awaitility.await()
        .atMost(patience())
        .untilAsserted(() -> assertThat(watch.alive()).as("threads left by close").isEmpty());
  }

  private List<String> payloads() {
    List<String> payloads =
        new ArrayList<>(
            List.of(
                payload(),
                "{}",
                "{\"model\":null,\"prompt\":[1,2,[3,{\"a\":\"deep inside here\"}]]}",
                "{\"model\":{\"model\":\"not the one meant\"}}",
                "{\"m\\u006fdel\":\"escaped name\",\"model\":\"given twice\"}",
                "{\"prompt\":\"\\ud800 \\u0000 \uD83D\uDE00\"}",
                "{\"prompt\":\"" + "long ".repeat(100_000) + "\"}",
                "{\"prompt\":" + "[".repeat(900) + "]".repeat(900) + "}"));
    payloads.addAll(rejected());
    return payloads;
  }

  private static Transformed apply(
      RequestTransform transform, RequestMessage message, int attempt) {
    return transform.transform(
        new SimulatedRequests.Request(message, "requests", attempt),
        GATEWAY,
        new RequestBody(message.payload(), RequestBody.JSON));
  }
}
