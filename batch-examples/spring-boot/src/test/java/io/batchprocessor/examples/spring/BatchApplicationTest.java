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
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.springframework.boot.SpringApplication;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.SmartLifecycle;

/** The service as its users have it: over HTTP, on a port of its own. */
@Timeout(180)
class BatchApplicationTest {

  private final HttpClient http = HttpClient.newHttpClient();
  private final Stopping stopping = new Stopping();
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

  /** One is in flight, one behind it: what a handler waits for is no less urgent by then. */
  @Test
  void stopping_drains_once_the_web_server_has_answered_what_it_took() throws Exception {
    ConfigurableApplicationContext service = start("--batch.concurrency=1");
    MemoryTransport queues = service.getBean(MemoryTransport.class);
    int port = port(service);
    gateway.hold();
    CompletableFuture<HttpResponse<String>> first = ask(port, "r-1");
    gateway.awaitRequest();
    CompletableFuture<HttpResponse<String>> second = ask(port, "r-2");
    await()
        .atMost(Duration.ofMinutes(1))
        .until(
            () -> queues.backlogs().stream().mapToLong(b -> b.waiting() + b.leased()).sum() == 2);

    CompletableFuture<Void> stopped = CompletableFuture.runAsync(service::close);
    assertThat(stopping.begun.await(1, TimeUnit.MINUTES)).isTrue();
    gateway.release();

    for (CompletableFuture<HttpResponse<String>> answer : List.of(first, second)) {
      assertThat(answer.get(1, TimeUnit.MINUTES).statusCode()).isEqualTo(200);
    }
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

  /** Is stopped after whatever has the default phase, and before the web server. */
  private static final class Stopping implements SmartLifecycle {
    private final CountDownLatch begun = new CountDownLatch(1);

    @Override
    public void start() {}

    @Override
    public void stop() {
      begun.countDown();
    }

    @Override
    public boolean isRunning() {
      return true;
    }

    @Override
    public int getPhase() {
      return DEFAULT_PHASE - 512;
    }
  }

  private ConfigurableApplicationContext start(String... flags) {
    SpringApplication application = new SpringApplication(BatchApplication.class);
    application.addInitializers(
        context -> context.getBeanFactory().registerSingleton("stopping", stopping));
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

  private CompletableFuture<HttpResponse<String>> ask(int port, String id) {
    return http.sendAsync(
        HttpRequest.newBuilder(URI.create("http://localhost:" + port + "/prompts/" + id))
            .POST(HttpRequest.BodyPublishers.ofString("{\"prompt\":\"hi\"}"))
            .build(),
        HttpResponse.BodyHandlers.ofString());
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
