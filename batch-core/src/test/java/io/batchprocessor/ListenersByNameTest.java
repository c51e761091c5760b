package io.batchprocessor;

import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.core.instrument.Metrics;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.opentelemetry.api.GlobalOpenTelemetry;
import io.opentelemetry.sdk.OpenTelemetrySdk;
import io.opentelemetry.sdk.testing.exporter.InMemorySpanExporter;
import io.opentelemetry.sdk.trace.SdkTracerProvider;
import io.opentelemetry.sdk.trace.export.SimpleSpanProcessor;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Metrics and traces that a configuration switches on. */
class ListenersByNameTest extends EngineBench {

  private final SimpleMeterRegistry registry = new SimpleMeterRegistry();

  @AfterEach
  void leaveTheGlobalOnesAsTheyWere() {
    Metrics.removeRegistry(registry);
    GlobalOpenTelemetry.resetForTest();
  }

  @Test
  void they_go_where_the_jvm_has_its_own() {
    InMemorySpanExporter exporter = InMemorySpanExporter.create();
    GlobalOpenTelemetry.resetForTest();
    GlobalOpenTelemetry.set(
        OpenTelemetrySdk.builder()
            .setTracerProvider(
                SdkTracerProvider.builder()
                    .addSpanProcessor(SimpleSpanProcessor.create(exporter))
                    .build())
            .build());
    Metrics.addRegistry(registry);
    gateway.answering(request -> FakeGateway.answer(200, "{}"));
    start(with -> with.name("by-name").setting("listeners", "micrometer,opentelemetry"));

    assertThat(resultOf(queues.submit(Samples.request("r"))).isSuccess()).isTrue();

    eventually()
        .until(
            () ->
                registry
                        .get("batch.requests.succeeded")
                        .tags("processor", "by-name", "queue", "requests")
                        .counter()
                        .count()
                    == 1);
    eventually().until(() -> exporter.getFinishedSpanItems().size() == 1);
  }

  @Test
  void whoever_sets_opentelemetry_later_still_can() {
    GlobalOpenTelemetry.resetForTest();
    gateway.answering(request -> FakeGateway.answer(200, "{}"));
    start(with -> with.setting("listeners", "opentelemetry"));

    assertThat(resultOf(queues.submit(Samples.request("r"))).isSuccess()).isTrue();
    assertThat(GlobalOpenTelemetry.isSet()).isFalse();
  }
}
