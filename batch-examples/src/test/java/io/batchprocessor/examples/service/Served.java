package io.batchprocessor.examples.service;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.batchprocessor.BatchProcessor;
import io.batchprocessor.BatchProcessorBuilder;
import io.batchprocessor.examples.CountingGateway;
import io.batchprocessor.memory.MemoryTransport;
import io.batchprocessor.message.Bytes;
import io.batchprocessor.message.RequestMessage;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;

/** A processor over queues in memory and a gateway that can hold its answers, served over HTTP. */
final class Served implements AutoCloseable {

  static final String TOKEN = "open-sesame";

  /** What no answer may show to whoever has no token. */
  static final String PAYLOAD = "planted-payload-text";

  final CountingGateway gateway = new CountingGateway();
  final MemoryTransport queues = MemoryTransport.builder().queues("reviews", "essays").build();
  final BatchProcessor processor;
  final HttpService service;
  private final HttpClient http = HttpClient.newHttpClient();

  private Served(Optional<String> token, boolean payloads) {
    this("127.0.0.1", List.of(), token, payloads);
  }

  private Served(String host, List<String> names, Optional<String> token, boolean payloads) {
    Observation observation = new Observation();
    BatchProcessorBuilder builder =
        BatchProcessor.builder()
            .transport(queues)
            .endpoint(gateway.endpoint())
            .concurrency(4)
            .name("served");
    observation.addTo(builder);
    processor = builder.build();
    processor.start();
    service =
        observation.serve(new HttpOptions("served", host, 0, names, token, payloads), processor);
  }

  static Served withToken() {
    return new Served(Optional.of(TOKEN), false);
  }

  static Served showingPayloads() {
    return new Served(Optional.of(TOKEN), true);
  }

  static Served on(String host, String... names) {
    return new Served(host, List.of(names), Optional.of(TOKEN), false);
  }

  static Served withoutToken() {
    return new Served(Optional.empty(), false);
  }

  String url(String path) {
    return "http://127.0.0.1:" + service.port() + path;
  }

  void submit(String queue, int count) {
    List<Bytes> requests =
        IntStream.range(0, count)
            .mapToObj(
                i ->
                    RequestMessage.builder(queue + "-" + i)
                        .deadline(Instant.now().plusSeconds(3600))
                        .payload("{\"prompt\":\"" + PAYLOAD + "\"}")
                        .build()
                        .toJson())
            .toList();
    queues.submit(queue, requests);
  }

  /** A message that has no id. */
  void submitUnreadable() {
    queues.submit("essays", List.of(Bytes.utf8("{\"payload\":\"" + PAYLOAD + "\"}")));
  }

  /** The same, with a payload of that many letters; returns how long all of it is. */
  int submitLarge(int letters) {
    Bytes message = Bytes.utf8("{\"payload\":\"" + "x".repeat(letters) + "\"}");
    queues.submit("essays", List.of(message));
    return message.length();
  }

  HttpResponse<String> get(String path, String... headers) {
    return send(request(path, headers).GET().build());
  }

  HttpResponse<String> post(String path, String body, String... headers) {
    return send(
        request(path, headers)
            .header("Content-Type", "application/json")
            .POST(HttpRequest.BodyPublishers.ofString(body))
            .build());
  }

  HttpResponse<String> postTrusted(String path, String body) {
    return post(path, body, "Authorization", "Bearer " + TOKEN);
  }

  JsonNode stats() {
    return json(get("/api/stats").body());
  }

  static JsonNode json(String text) {
    try {
      return new JsonMapper().readTree(text);
    } catch (IOException e) {
      throw new UncheckedIOException(text, e);
    }
  }

  /** What a service that is not this one answers. */
  static int status(int port, String path) throws IOException, InterruptedException {
    return HttpClient.newHttpClient()
        .send(
            HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path))
                .timeout(Duration.ofSeconds(60))
                .build(),
            HttpResponse.BodyHandlers.discarding())
        .statusCode();
  }

  private HttpRequest.Builder request(String path, String... headers) {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(URI.create(url(path))).timeout(Duration.ofSeconds(60));
    for (int i = 0; i < headers.length; i += 2) {
      request.header(headers[i], headers[i + 1]);
    }
    return request;
  }

  private HttpResponse<String> send(HttpRequest request) {
    try {
      return http.send(request, HttpResponse.BodyHandlers.ofString());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }

  @Override
  public void close() {
    gateway.release();
    service.close();
    processor.close(Duration.ZERO);
    gateway.close();
    queues.close();
  }
}
