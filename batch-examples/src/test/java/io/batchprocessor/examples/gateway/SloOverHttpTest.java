package io.batchprocessor.examples.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.batchprocessor.BatchProcessor;
import io.batchprocessor.memory.MemoryTransport;
import io.batchprocessor.message.RequestMessage;
import java.net.Socket;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The gate {@code slo} by its configuration, and a gateway's page that it reads over HTTP. */
@Timeout(120)
class SloOverHttpTest {

  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final int FOREVER = 30_000_000;
  private static final String[] LIVE = {"x-gateway-inference-objective", "critical"};
  private static final String[] BATCH = {"x-gateway-inference-objective", "batch"};

  private final List<AutoCloseable> opened = new ArrayList<>();

  @AfterEach
  void close() throws Exception {
    for (int i = opened.size() - 1; i >= 0; i--) {
      opened.get(i).close();
    }
  }

  @Test
  void with_live_labels_batch_requests_of_others_are_not_taken_for_live_traffic() throws Exception {
    SimulatedGateway gateway = labelled();
    GatewayClient client = opened(new GatewayClient(gateway.uri()));
    for (int i = 0; i < 3; i++) {
      hold(client, LIVE);
    }
    for (int i = 0; i < 5; i++) {
      hold(client, BATCH);
    }

    BatchProcessor told = processor(gateway, opened(queues()), "traffic=live");
    BatchProcessor untold = processor(gateway, opened(queues()), "");

    await().atMost(PATIENCE).until(() -> measurement(told, "live") == 3);
    await().atMost(PATIENCE).until(() -> measurement(untold, "live") == 8);
  }

  @Test
  void with_live_labels_only_live_requests_tell_what_live_traffic_feels() throws Exception {
    SimulatedGateway gateway = labelled();
    GatewayClient client = opened(new GatewayClient(gateway.uri()));
    hold(client, LIVE);
    MemoryTransport queues = opened(queues());
    BatchProcessor told = processor(gateway, queues, "traffic=live");
    MemoryTransport others = opened(queues());
    BatchProcessor untold = processor(gateway, others, "");
    // What was on the page before their first reading is nobody's.
    await().atMost(PATIENCE).until(() -> measurement(told, "live") == 1);
    await().atMost(PATIENCE).until(() -> measurement(untold, "live") == 1);

    for (int i = 0; i < 4; i++) {
      assertThat(queues.submit(request("quick-" + i)).get().isSuccess()).isTrue();
      assertThat(others.submit(request("quicker-" + i)).get().isSuccess()).isTrue();
    }
    String slow = "{\"prompt\":\"%s\",\"max_tokens\":2}".formatted("four".repeat(8_000));
    client.post("/v1/completions", slow, LIVE).join();

    await().atMost(PATIENCE).until(() -> measurement(told, "ttft_over_share") > 0.4);
    await().atMost(PATIENCE).until(() -> measurement(untold, "ttft_over_share") > 0);
    assertThat(measurement(untold, "ttft_over_share")).isLessThan(0.2);
  }

  private SimulatedGateway labelled() throws Exception {
    return opened(
        SimulatedGateway.builder()
            .engine(
                new EngineSettings(
                    StepCosts.h100(),
                    64,
                    8_192,
                    Integer.MAX_VALUE,
                    FOREVER + 1_000,
                    1_024,
                    EngineSettings.Scheduling.PRIORITY))
            .trafficLabel("traffic")
            .start());
  }

  private static MemoryTransport queues() {
    return MemoryTransport.builder().build();
  }

  private BatchProcessor processor(
      SimulatedGateway gateway, MemoryTransport queues, String liveLabels) {
    Map<String, Object> gate = new HashMap<>();
    gate.put("type", "slo");
    gate.put("url", gateway.uri().resolve("/metrics").toString());
    gate.put("live-ttft-p99", "50ms");
    gate.put("every", "20ms");
    if (!liveLabels.isEmpty()) {
      gate.put("live-labels", liveLabels);
    }
    BatchProcessor processor =
        opened(
            BatchProcessor.builder()
                .transport(queues)
                .endpoint(gateway.uri().resolve("/v1/completions"))
                .inferenceObjective("batch")
                .configure(Map.of("gate", gate))
                .build());
    processor.start();
    return processor;
  }

  private static double measurement(BatchProcessor processor, String name) {
    return processor.pools().get(0).measurements().getOrDefault(name, Double.NaN);
  }

  private static RequestMessage request(String id) {
    return RequestMessage.builder(id)
        .deadline(Instant.now().plus(PATIENCE))
        .payload("{\"prompt\":\"four\",\"max_tokens\":2}")
        .build();
  }

  private void hold(GatewayClient client, String... headers) throws Exception {
    Socket socket = client.hold(FOREVER, headers);
    opened.add(socket);
  }

  private <T extends AutoCloseable> T opened(T closeable) {
    opened.add(closeable);
    return closeable;
  }
}
