package io.batchprocessor.examples.cli;

import io.batchprocessor.spi.InvalidSettingsException;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;

/** Tells a processor that runs what to do, by its status page. */
final class RemoteControl {

  private static final Duration PATIENCE = Duration.ofSeconds(10);

  private final Configuration configuration;

  RemoteControl(Configuration configuration) {
    this.configuration = configuration;
  }

  /**
   * Does it.
   *
   * @param action {@code pause} or {@code resume}
   * @return where the processor is
   * @throws InvalidSettingsException if port or token are missing
   * @throws IOException if it can't be done; the message says why
   */
  String act(String action) throws IOException, InterruptedException {
    int port =
        configuration
            .find(ProgramSettings.HTTP_PORT)
            .orElseThrow(
                () ->
                    new InvalidSettingsException(
                        "queue %s needs http.port: where the processor serves its status page"
                            .formatted(action)));
    String token =
        configuration
            .token()
            .orElseThrow(
                () ->
                    new InvalidSettingsException(
                        "queue %s needs http.token, the one that the processor has"
                            .formatted(action)));
    String page =
        "http://%s:%d/"
            .formatted(configuration.find(ProgramSettings.HTTP_HOST).orElseThrow(), port);
    HttpRequest request =
        HttpRequest.newBuilder(URI.create(page + "api/" + action))
            .timeout(PATIENCE)
            .header("Authorization", "Bearer " + token)
            .header("Content-Type", "application/json")
            .POST(HttpRequest.BodyPublishers.ofString("{}"))
            .build();
    HttpResponse<String> response;
    try {
      response =
          HttpClient.newBuilder()
              .connectTimeout(PATIENCE)
              .build()
              .send(request, HttpResponse.BodyHandlers.ofString());
    } catch (IOException e) {
      throw new IOException("no status page answers at %s: %s".formatted(page, e.getMessage()), e);
    }
    if (response.statusCode() != 200) {
      throw new IOException(
          "the processor at %s answered %d: %s"
              .formatted(page, response.statusCode(), response.body()));
    }
    return page;
  }
}
