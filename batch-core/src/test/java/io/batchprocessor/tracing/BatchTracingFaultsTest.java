package io.batchprocessor.tracing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.batchprocessor.message.RequestMessage;
import io.batchprocessor.spi.AttemptOutcome;
import io.batchprocessor.spi.AttemptOutcome.Kind;
import io.batchprocessor.spi.RequestView;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.context.Context;
import io.opentelemetry.sdk.OpenTelemetrySdk;
import io.opentelemetry.sdk.testing.exporter.InMemorySpanExporter;
import io.opentelemetry.sdk.trace.SdkTracerProvider;
import io.opentelemetry.sdk.trace.data.LinkData;
import io.opentelemetry.sdk.trace.export.SimpleSpanProcessor;
import io.opentelemetry.sdk.trace.samplers.Sampler;
import io.opentelemetry.sdk.trace.samplers.SamplingResult;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What is left of attempts whose spans could not be made, or are long. */
class BatchTracingFaultsTest {

  private static final URI ENDPOINT = URI.create("http://gw.test/v1/completions");
  private static final AttemptOutcome ENDED =
      new AttemptOutcome(Kind.FAILED, null, "for a test", Duration.ofMillis(5), null);

  private final InMemorySpanExporter exporter = InMemorySpanExporter.create();

  private record Request(RequestMessage message) implements RequestView {
    static Request of(String payload) {
      return new Request(
          RequestMessage.builder("r")
              .deadline(Instant.MAX.minusSeconds(1))
              .payload(payload)
              .build());
    }

    @Override
    public String queue() {
      return "requests";
    }

    @Override
    public int attempt() {
      return 1;
    }
  }

  private BatchTracing tracing(Sampler sampler) {
    return BatchTracing.of(
        OpenTelemetrySdk.builder()
            .setTracerProvider(
                SdkTracerProvider.builder()
                    .setSampler(sampler)
                    .addSpanProcessor(SimpleSpanProcessor.create(exporter))
                    .build())
            .build());
  }

  /** A sampler that is broken. */
  private static final class Broken implements Sampler {
    @Override
    public SamplingResult shouldSample(
        Context context,
        String traceId,
        String name,
        SpanKind kind,
        Attributes attributes,
        List<LinkData> links) {
      throw new IllegalStateException("broken");
    }

    @Override
    public String getDescription() {
      return "broken";
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void an_attempt_without_a_span_leaves_nothing(boolean endsFirst) {
    BatchTracing tracing = tracing(new Broken());
    Request request = Request.of("{}");

    if (endsFirst) {
      tracing.attempted(request, ENDED);
    }
    assertThatThrownBy(() -> tracing.headers(request, ENDPOINT)).hasMessage("broken");
    if (!endsFirst) {
      tracing.attempted(request, ENDED);
    }

    assertThat(tracing.open()).isZero();
  }

  @Test
  void an_end_that_is_told_before_the_beginning_ends_the_span() {
    BatchTracing tracing = tracing(Sampler.alwaysOn());
    Request request = Request.of("{}");

    tracing.attempted(request, ENDED);
    assertThat(tracing.open()).isEqualTo(1);
    tracing.headers(request, ENDPOINT);

    assertThat(tracing.open()).isZero();
    assertThat(exporter.getFinishedSpanItems()).hasSize(1);
  }

  @Test
  void a_model_without_end_is_cut() {
    BatchTracing tracing = tracing(Sampler.alwaysOn());
    Request request = Request.of("{\"model\":\"%s\"}".formatted("m".repeat(10_000)));

    tracing.headers(request, ENDPOINT);
    tracing.attempted(request, ENDED);

    assertThat(exporter.getFinishedSpanItems().get(0).getName())
        .isEqualTo("text_completion " + "m".repeat(128));
  }
}
