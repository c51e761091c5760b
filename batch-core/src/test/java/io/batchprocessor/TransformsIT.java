package io.batchprocessor;

import static com.github.tomakehurst.wiremock.client.WireMock.aMultipart;
import static com.github.tomakehurst.wiremock.client.WireMock.anyUrl;
import static com.github.tomakehurst.wiremock.client.WireMock.equalTo;
import static com.github.tomakehurst.wiremock.client.WireMock.matching;
import static com.github.tomakehurst.wiremock.client.WireMock.ok;
import static com.github.tomakehurst.wiremock.client.WireMock.post;
import static com.github.tomakehurst.wiremock.client.WireMock.postRequestedFor;
import static com.github.tomakehurst.wiremock.client.WireMock.serviceUnavailable;
import static com.github.tomakehurst.wiremock.core.WireMockConfiguration.options;
import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import com.github.tomakehurst.wiremock.WireMockServer;
import com.github.tomakehurst.wiremock.http.Request;
import com.github.tomakehurst.wiremock.verification.LoggedRequest;
import io.batchprocessor.memory.MemoryTransport;
import io.batchprocessor.message.ErrorCode;
import io.batchprocessor.message.RequestMessage;
import io.batchprocessor.message.ResultMessage;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.ValueSource;
import org.slf4j.LoggerFactory;

/** Transforms at work over HTTP, as a server reads what comes, which has a parser of its own. */
@ParameterizedClass
@ValueSource(strings = {"apache", "jdk"})
class TransformsIT {

  private static final Duration PATIENCE = Duration.ofSeconds(30);
  private static final Instant ISSUED = Instant.parse("2026-11-24T10:00:00Z");
  private static final String PATH = "/v1/audio/transcriptions";
  private static final String SECRET = "5ec2e7";
  private static final String URL =
      "https://storage.googleapis.com/bucket/a%20b.mp3?X-Goog-Algorithm=GOOG4-RSA-SHA256"
          + "&X-Goog-Date=20261124T100000Z&X-Goog-Expires=900&X-Goog-SignedHeaders=host"
          + "&X-Goog-Signature="
          + SECRET;

  private final String client;
  private final WireMockServer gateway = new WireMockServer(options().dynamicPort());
  private final MemoryTransport queues = MemoryTransport.builder().build();
  private final ListAppender<ILoggingEvent> log = new ListAppender<>();
  private final Logger logger = (Logger) LoggerFactory.getLogger("io.batchprocessor");

  TransformsIT(String client) {
    this.client = client;
  }

  @BeforeEach
  void open() {
    gateway.start();
    logger.setLevel(Level.TRACE);
    log.start();
    logger.addAppender(log);
  }

  @AfterEach
  void close() {
    logger.detachAppender(log);
    logger.setLevel(null);
    queues.close();
    gateway.stop();
  }

  /** Its clock stands at the moment when the URL was signed. */
  private BatchProcessor start(Map<String, ?> configuration) {
    BatchProcessor processor =
        BatchProcessor.builder()
            .transport(queues)
            .setting("endpoint", gateway.baseUrl() + PATH)
            .setting("http-client", client)
            .setting("drain-timeout", "0ms")
            .backoff(context -> Duration.ZERO)
            .clock(() -> ISSUED)
            .configure(configuration)
            .build();
    processor.start();
    return processor;
  }

  private ResultMessage resultOf(String payload) {
    CompletableFuture<ResultMessage> submitted =
        queues.submit(
            RequestMessage.builder("r-1")
                .deadline(ISSUED.plus(Duration.ofHours(1)))
                .payload(payload)
                .build());
    assertThat(submitted).succeedsWithin(PATIENCE);
    return submitted.join();
  }

  private List<String> bodies() {
    return gateway.findAll(postRequestedFor(anyUrl())).stream()
        .map(LoggedRequest::getBodyAsString)
        .toList();
  }

  @Test
  void a_server_reads_the_form_and_each_attempt_is_the_same() {
    gateway.stubFor(
        post(PATH)
            .inScenario("shed")
            .whenScenarioStateIs("Started")
            .willReturn(serviceUnavailable())
            .willSetStateTo("idle"));
    gateway.stubFor(
        post(PATH)
            .inScenario("shed")
            .whenScenarioStateIs("idle")
            .withHeader("Content-Type", matching("multipart/form-data; boundary=[a-z0-9-]+"))
            .withHeader("Idempotency-Key", equalTo("r-1"))
            .withMultipartRequestBody(aMultipart("url").withBody(equalTo(URL)))
            .withMultipartRequestBody(aMultipart("model").withBody(equalTo("whisper")))
            .withMultipartRequestBody(aMultipart("prompt").withBody(equalTo("ü\r\n--")))
            .willReturn(ok("{\"text\":\"hello\"}")));
    try (BatchProcessor processor =
        start(
            Map.of(
                "transforms",
                List.of(
                    Map.of("type", "model-override", "model", "whisper"),
                    Map.of("type", "signed-url-multipart", "copy", "model,prompt"))))) {

      ResultMessage result =
          resultOf("{\"gcs_uri\":\"%s\",\"prompt\":\"\\u00fc\\r\\n--\"}".formatted(URL));

      assertThat(result.error()).isEmpty();
      assertThat(result.attempts()).isEqualTo(2);
      assertThat(processor.stats().userCodeFailures()).isZero();
    }
    assertThat(bodies()).hasSize(2).containsOnly(bodies().get(0));
    assertThat(gateway.findAll(postRequestedFor(anyUrl())))
        .allSatisfy(
            request -> {
              assertThat(request.getParts())
                  .extracting(Request.Part::getName)
                  .containsExactlyInAnyOrder("url", "model", "prompt");
              assertThat(request.header("Content-Type").values()).hasSize(1);
            });
    assertNothingToldOfTheSecret();
  }

  @Test
  void a_model_is_overridden_and_every_other_byte_arrives() {
    gateway.stubFor(post(PATH).willReturn(ok("{}")));
    try (BatchProcessor processor =
        start(Map.of("transforms", "model-override", "transform.model-override.model", "m"))) {

      ResultMessage result =
          resultOf("{ \"n\" : 1.0e+400, \"model\" :\"x\" , \"z\":{\"model\":\"\\u00fc\"}}");

      assertThat(result.isSuccess()).isTrue();
      assertThat(processor.stats().userCodeFailures()).isZero();
    }
    assertThat(bodies())
        .containsExactly("{ \"n\" : 1.0e+400, \"model\" :\"m\" , \"z\":{\"model\":\"\\u00fc\"}}");
    gateway.verify(
        postRequestedFor(anyUrl()).withHeader("Content-Type", equalTo("application/json")));
  }

  @Test
  void a_url_that_has_expired_ends_the_request_and_nobody_is_told_the_url() {
    gateway.stubFor(post(PATH).willReturn(ok("{}")));
    try (BatchProcessor processor = start(Map.of("transforms", "signed-url-multipart"))) {

      ResultMessage expired =
          resultOf("{\"gcs_uri\":\"%s\"}".formatted(URL.replace("Expires=900", "Expires=0")));
      ResultMessage wrong = resultOf("{\"gcs_uri\":\"%s%%zz\"}".formatted(URL));

      assertThat(expired.errorCode()).contains(ErrorCode.INVALID_REQUEST);
      assertThat(expired.error())
          .contains("payload.gcs_uri: the signed URL expired at 2026-11-24T10:00:00Z");
      assertThat(expired.attempts()).isZero();
      assertThat(wrong.errorCode()).contains(ErrorCode.INVALID_REQUEST);
      assertThat(expired.toJson().toUtf8() + expired + wrong.toJson().toUtf8() + wrong)
          .doesNotContain(SECRET)
          .doesNotContain("bucket");
      assertThat(processor.stats().dispatched()).isZero();
    }
    gateway.verify(0, postRequestedFor(anyUrl()));
    assertNothingToldOfTheSecret();
  }

  private void assertNothingToldOfTheSecret() {
    assertThat(List.copyOf(log.list))
        .isNotEmpty()
        .noneMatch(event -> event.getFormattedMessage().contains(SECRET));
  }
}
