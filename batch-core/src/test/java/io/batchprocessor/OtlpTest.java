package io.batchprocessor;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import io.batchprocessor.message.Bytes;
import io.batchprocessor.tracing.BatchTracing;
import io.opentelemetry.exporter.otlp.http.trace.OtlpHttpSpanExporter;
import io.opentelemetry.sdk.OpenTelemetrySdk;
import io.opentelemetry.sdk.trace.SdkTracerProvider;
import io.opentelemetry.sdk.trace.export.SimpleSpanProcessor;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** Spans on the wire: OTLP over HTTP, read by a collector that knows the wire format only. */
class OtlpTest extends EngineBench {

  private final BlockingQueue<ProtobufMessage> collected = new LinkedBlockingQueue<>();

  private HttpServer collector() throws IOException {
    HttpServer server =
        HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext(
        "/v1/traces",
        exchange -> {
          assertThat(exchange.getRequestHeaders().getFirst("Content-Type"))
              .isEqualTo("application/x-protobuf");
          collected.add(ProtobufMessage.of(exchange.getRequestBody().readAllBytes()));
          exchange.getResponseHeaders().set("Content-Type", "application/x-protobuf");
          exchange.sendResponseHeaders(200, -1);
          exchange.close();
        });
    server.start();
    opened(() -> server.stop(0));
    return server;
  }

  @Test
  void an_attempt_reaches_a_collector() throws Exception {
    int port = collector().getAddress().getPort();
    OpenTelemetrySdk sdk =
        opened(
            OpenTelemetrySdk.builder()
                .setTracerProvider(
                    SdkTracerProvider.builder()
                        .addSpanProcessor(
                            SimpleSpanProcessor.create(
                                OtlpHttpSpanExporter.builder()
                                    .setEndpoint("http://localhost:" + port + "/v1/traces")
                                    .build()))
                        .build())
                .build());
    start(with -> with.listener(BatchTracing.of(sdk)));
    queues.submit("requests", List.of(Samples.request("r-1").toJson()));
    FakeGateway.Exchange exchange = gateway.awaitExchange(1);
    exchange.answer(200, "{}");

    ProtobufMessage export = collected.poll(PATIENCE.toSeconds(), TimeUnit.SECONDS);

    // ExportTraceServiceRequest.resource_spans.scope_spans, of opentelemetry-proto's trace.proto.
    ProtobufMessage scopeSpans = export.message(1).message(2);
    assertThat(scopeSpans.message(1).text(1)).isEqualTo("io.batchprocessor");
    ProtobufMessage span = scopeSpans.message(2);
    assertThat(span.text(5)).isEqualTo("text_completion");
    assertThat(span.number(6)).as("kind: client").isEqualTo(3);
    assertThat(exchange.request().headers().get("traceparent"))
        .startsWith("00-%s-%s-".formatted(hex(span.bytes(1)), hex(span.bytes(2))));
    assertThat(span.number(8)).as("end").isGreaterThanOrEqualTo(span.number(7));
    assertThat(span.messages(9))
        .anySatisfy(
            attribute -> {
              assertThat(attribute.text(1)).isEqualTo("messaging.message.id");
              assertThat(attribute.message(2).text(1)).isEqualTo("r-1");
            })
        .anySatisfy(
            attribute -> {
              assertThat(attribute.text(1)).isEqualTo("http.response.status_code");
              assertThat(attribute.message(2).number(3)).isEqualTo(200);
            });
  }

  private static String hex(Bytes bytes) {
    return HexFormat.of().formatHex(bytes.toByteArray());
  }
}
