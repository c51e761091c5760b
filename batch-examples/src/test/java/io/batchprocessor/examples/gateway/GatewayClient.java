package io.batchprocessor.examples.gateway;

import java.io.IOException;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;

/** Calls a simulated gateway over HTTP. */
final class GatewayClient implements AutoCloseable {
  private static final long PATIENCE_SECONDS = 90;

  private final URI gateway;
  private final ExecutorService threads = Executors.newFixedThreadPool(2);
  private final HttpClient client =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).executor(threads).build();

  GatewayClient(URI gateway) {
    this.gateway = gateway;
  }

  /** A request of one prompt token for so many tokens. */
  static String body(int maxTokens) {
    return "{\"prompt\":\"four\",\"max_tokens\":" + maxTokens + "}";
  }

  CompletableFuture<HttpResponse<String>> post(String path, String body, String... headers) {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(gateway.resolve(path)).POST(BodyPublishers.ofString(body));
    if (headers.length > 0) {
      request.headers(headers);
    }
    return client
        .sendAsync(request.build(), BodyHandlers.ofString())
        .orTimeout(PATIENCE_SECONDS, TimeUnit.SECONDS);
  }

  CompletableFuture<HttpResponse<String>> complete(int maxTokens, String... headers) {
    return post("/v1/completions", body(maxTokens), headers);
  }

  HttpResponse<String> get(String path) {
    return client
        .sendAsync(HttpRequest.newBuilder(gateway.resolve(path)).build(), BodyHandlers.ofString())
        .join();
  }

  /** All samples of {@code /metrics} by name and labels, without the labels of all. */
  Map<String, Double> metrics() {
    Map<String, Double> samples = new HashMap<>();
    for (String line : get("/metrics").body().lines().toList()) {
      if (line.startsWith("#")) {
        continue;
      }
      int space = line.lastIndexOf(' ');
      String name = line.substring(0, space).replaceAll("engine=\"0\",model_name=\"[^\"]*\",?", "");
      samples.put(name.replace("{}", ""), Double.parseDouble(line.substring(space + 1)));
    }
    return samples;
  }

  /** A request on a connection of its own, whose answer nobody reads: closing it aborts it. */
  Socket hold(int maxTokens, String... headers) throws IOException {
    Socket socket = new Socket(gateway.getHost(), gateway.getPort());
    String body = body(maxTokens);
    StringBuilder head = new StringBuilder("POST /v1/completions HTTP/1.1\r\nHost: test\r\n");
    for (int i = 0; i < headers.length; i += 2) {
      head.append(headers[i]).append(": ").append(headers[i + 1]).append("\r\n");
    }
    head.append("Content-Length: ").append(body.length()).append("\r\n\r\n").append(body);
    socket.getOutputStream().write(head.toString().getBytes(StandardCharsets.US_ASCII));
    return socket;
  }

  @Override
  public void close() {
    threads.shutdownNow();
  }
}
