package io.batchprocessor;

import static org.assertj.core.api.Assertions.assertThat;

import io.batchprocessor.message.Bytes;
import io.batchprocessor.spi.AttemptOutcome;
import io.batchprocessor.spi.AttemptOutcome.Kind;
import io.batchprocessor.spi.InferenceResponse;
import io.batchprocessor.spi.ResponseTooLargeException;
import io.batchprocessor.spi.UnreadableResponseException;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Map;
import java.util.concurrent.CompletionException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class AnswersTest {

  private static final Duration LATENCY = Duration.ofMillis(1_500);

  private static AttemptOutcome answered(int status, Map<String, String> headers) {
    return Answers.of(
        new InferenceResponse(status, headers, Bytes.utf8("{}")),
        null,
        LATENCY,
        InstantSource.fixed(Instant.EPOCH));
  }

  private static AttemptOutcome failed(Throwable failure) {
    return Answers.of(null, failure, LATENCY, InstantSource.fixed(Instant.EPOCH));
  }

  @ParameterizedTest
  @CsvSource({
    "200,SUCCEEDED",
    "201,SUCCEEDED",
    "204,SUCCEEDED",
    "299,SUCCEEDED",
    "301,REFUSED",
    "304,REFUSED",
    "307,REFUSED",
    "400,REFUSED",
    "401,REFUSED",
    "403,REFUSED",
    "404,REFUSED",
    "405,REFUSED",
    "409,REFUSED",
    "413,REFUSED",
    "422,REFUSED",
    "499,REFUSED",
    "408,FAILED",
    "425,FAILED",
    "429,SHED",
    "500,FAILED",
    "501,FAILED",
    "502,FAILED",
    "503,FAILED",
    "504,FAILED",
    "599,FAILED"
  })
  void what_a_status_means(int status, Kind kind) {
    AttemptOutcome outcome = answered(status, Map.of());

    assertThat(outcome.kind()).isEqualTo(kind);
    assertThat(outcome.statusCode()).isEqualTo(status);
    assertThat(outcome.latency()).isEqualTo(LATENCY);
    if (kind == Kind.SUCCEEDED) {
      assertThat(outcome.failure()).isNull();
    } else {
      assertThat(outcome.reason()).isEqualTo("the gateway answered " + status);
    }
  }

  @ParameterizedTest
  @CsvSource({"429,true", "503,true", "500,true", "200,false", "400,false", "301,false"})
  void retry_after_counts_where_another_attempt_follows(int status, boolean counts) {
    assertThat(answered(status, Map.of("retry-after", "7")).retryAfterHint().isPresent())
        .isEqualTo(counts);
  }

  @Test
  void network_errors_say_what_went_wrong_also_when_wrapped() {
    AttemptOutcome outcome =
        failed(new CompletionException(new IOException("connection refused by gw:80")));

    assertThat(outcome.kind()).isEqualTo(Kind.FAILED);
    assertThat(outcome.reason()).isEqualTo("connection refused by gw:80");
    assertThat(outcome.statusCode()).isZero();
  }

  @Test
  void failures_without_words_are_named() {
    assertThat(failed(new IOException()).reason()).isEqualTo("IOException");
    assertThat(failed(new IllegalStateException("odd")).reason())
        .isEqualTo("IllegalStateException: odd");
    assertThat(failed(null).reason()).isEqualTo("no answer");
    assertThat(failed(new CompletionException(null)).kind()).isEqualTo(Kind.FAILED);
  }

  @Test
  void an_answer_that_is_too_large_is_final_and_keeps_its_status() {
    AttemptOutcome outcome = failed(new ResponseTooLargeException(206, 10));

    assertThat(outcome.kind()).isEqualTo(Kind.REFUSED);
    assertThat(outcome.statusCode()).isEqualTo(206);
    assertThat(outcome.reason()).contains("max-response-bytes=10");
  }

  @ParameterizedTest
  @CsvSource({"200, REFUSED", "404, REFUSED", "429, SHED", "503, FAILED"})
  void an_answer_that_cannot_be_unpacked_is_no_success_and_keeps_its_status(int status, Kind kind) {
    AttemptOutcome outcome =
        failed(new UnreadableResponseException(status, "br can't be unpacked", new IOException()));

    assertThat(outcome.kind()).isEqualTo(kind);
    assertThat(outcome.statusCode()).isEqualTo(status);
    assertThat(outcome.reason()).isEqualTo("br can't be unpacked");
  }

  @Test
  void a_timeout_says_how_long_it_was() {
    assertThat(Answers.timedOut(Duration.ofMinutes(5)).reason())
        .isEqualTo("no answer within 300 s");
    assertThat(Answers.timedOut(Duration.ofMillis(150)).reason())
        .isEqualTo("no answer within 150 ms");
    assertThat(Answers.timedOut(LATENCY).kind()).isEqualTo(Kind.FAILED);
  }
}
