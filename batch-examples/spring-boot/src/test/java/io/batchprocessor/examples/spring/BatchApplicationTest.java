package io.batchprocessor.examples.spring;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.batchprocessor.memory.MemoryTransport;
import io.batchprocessor.message.RequestMessage;
import io.batchprocessor.message.ResultMessage;
import io.batchprocessor.spi.InvalidSettingsException;
import java.net.ConnectException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.springframework.boot.SpringApplication;
import org.springframework.context.ConfigurableApplicationContext;

/** The service as its users have it: over HTTP, on a port of its own. */
@Timeout(180)
class BatchApplicationTest {

  private final HttpClient http = HttpClient.newHttpClient();
  private HeldGateway gateway;

  @BeforeEach
  void open() throws Exception {
    gateway = new HeldGateway();
  }

  @AfterEach
  void close() {
    gateway.close();
  }

  @Test
  void requests_are_answered_and_the_actuator_tells_of_it() throws Exception {
    try (ConfigurableApplicationContext service = start()) {
      ResultMessage result = submit(service, "r-1").get(1, TimeUnit.MINUTES);

      assertThat(result.toJson().toUtf8())
          .isEqualTo(
              "{\"id\":\"r-1\",\"payload\":{\"echo\":{\"prompt\":\"hi\"}},\"status_code\":200,\"attempts\":1}");
      HttpResponse<String> health = get(service, "/actuator/health");
      assertThat(health.statusCode()).isEqualTo(200);
      assertThat(health.body()).contains("\"batch\":{\"details\":{\"detail\":");
      HttpResponse<String> succeeded =
          get(service, "/actuator/metrics/batch.requests.succeeded?tag=queue:requests");
      assertThat(succeeded.body())
          .contains("\"measurements\":[{\"statistic\":\"COUNT\",\"value\":1.0}]");
    }
  }

  @Test
  void stopping_drains_while_the_web_server_still_serves() throws Exception {
    ConfigurableApplicationContext service = start();
    int port = port(service);
    gateway.hold();
    CompletableFuture<ResultMessage> answer = submit(service, "r-1");
    gateway.awaitRequest();

    CompletableFuture<Void> stopped = CompletableFuture.runAsync(service::close);
    await()
        .atMost(Duration.ofMinutes(1))
        .untilAsserted(
            () -> {
              HttpResponse<String> health = get(port, "/actuator/health");
              assertThat(health.statusCode()).isEqualTo(503);
              assertThat(health.body()).contains("the processor is DRAINING");
            });
    gateway.release();

    assertThat(answer.get(1, TimeUnit.MINUTES).statusCode()).hasValue(200);
    stopped.get(1, TimeUnit.MINUTES);
    assertThatThrownBy(() -> get(port, "/actuator/health")).isInstanceOf(ConnectException.class);
  }

  @Test
  void a_context_that_was_stopped_starts_again() throws Exception {
    try (ConfigurableApplicationContext service = start()) {
      service.stop();
      service.start();

      assertThat(submit(service, "r-1").get(1, TimeUnit.MINUTES).statusCode()).hasValue(200);
      assertThat(get(service, "/actuator/metrics/batch.requests.in.flight").statusCode())
          .isEqualTo(200);
    }
  }

  @Test
  void a_misspelt_key_stops_the_start() {
    assertThatThrownBy(() -> start("--batch.concurency=4"))
        .hasRootCauseInstanceOf(InvalidSettingsException.class)
        .rootCause()
        .hasMessageContaining("unknown setting 'concurency'; known: concurrency");
  }

  private ConfigurableApplicationContext start(String... flags) {
    SpringApplication application = new SpringApplication(BatchApplication.class);
    String[] all = new String[flags.length + 2];
    all[0] = "--server.port=0";
    all[1] = "--batch.endpoint=" + gateway.url();
    System.arraycopy(flags, 0, all, 2, flags.length);
    return application.run(all);
  }

  private static CompletableFuture<ResultMessage> submit(
      ConfigurableApplicationContext service, String id) {
    return service
        .getBean(MemoryTransport.class)
        .submit(
            RequestMessage.builder(id)
                .deadline(Instant.now().plus(Duration.ofHours(1)))
                .payload("{\"prompt\":\"hi\"}")
                .build());
  }

  private HttpResponse<String> get(ConfigurableApplicationContext service, String path)
      throws Exception {
    return get(port(service), path);
  }

  private HttpResponse<String> get(int port, String path) throws Exception {
    return http.send(
        HttpRequest.newBuilder(URI.create("http://localhost:" + port + path)).build(),
        HttpResponse.BodyHandlers.ofString());
  }

  private static int port(ConfigurableApplicationContext service) {
    return service.getEnvironment().getRequiredProperty("local.server.port", Integer.class);
  }
}
