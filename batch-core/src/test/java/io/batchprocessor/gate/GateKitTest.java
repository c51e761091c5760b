package io.batchprocessor.gate;

import static org.assertj.core.api.Assertions.assertThat;

import io.batchprocessor.spi.DispatchGate;
import io.batchprocessor.spi.DispatchGateProvider;
import io.batchprocessor.spi.Provider;
import io.batchprocessor.testkit.DispatchGateContract;
import io.batchprocessor.testkit.ProviderContract;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.MethodSource;

/** The adapter kit on every gate of ours that a configuration can name. */
@ParameterizedClass
@MethodSource("gates")
class GateKitTest implements DispatchGateContract, ProviderContract {

  private static final MetricsServer SERVER =
      new MetricsServer(
          """
          load 0.1
          inference_extension_flow_control_pool_saturation{inference_pool="p"} 0.1
          inference_pool_per_pod_queue_size{name="p"} 1
          vllm:num_requests_running 3
          vllm:num_requests_waiting 0
          vllm:time_to_first_token_seconds_bucket{le="0.1"} 10
          vllm:time_to_first_token_seconds_bucket{le="+Inf"} 10
          vllm:time_to_first_token_seconds_count 10
          vllm:time_to_first_token_seconds_sum 0.5
          """);

  private final Named named;

  GateKitTest(Named named) {
    this.named = named;
  }

  /** A gate of a type, with settings. */
  record Named(String id, Map<String, String> settings, List<Named> inside) {

    static Named of(String id, String... pairs) {
      Map<String, String> settings = new HashMap<>();
      for (int i = 0; i < pairs.length; i += 2) {
        settings.put("gate." + id + "." + pairs[i], pairs[i + 1]);
      }
      return new Named(id, settings, List.of());
    }

    Named with(Named... gates) {
      return new Named(id, settings, List.of(gates));
    }

    DispatchGate gate() {
      return Asked.gate(
          id,
          settings,
          System::nanoTime,
          inside.stream().map(Named::gate).toArray(DispatchGate[]::new));
    }

    @Override
    public String toString() {
      return id + inside;
    }
  }

  static List<Named> gates() {
    String url = SERVER.url().toString();
    Named scrape = Named.of("scrape", "url", url, "metric", "load", "every", "5ms");
    Named limit = Named.of("max-concurrency", "limit", "4");
    Named rate = Named.of("rate", "per-second", "1000", "burst", "5");
    return List.of(
        Named.of("constant"),
        limit,
        rate,
        Named.of("composite").with(limit, rate, scrape),
        Named.of("wait-on-release").with(limit),
        Named.of("tier-priority").with(scrape, limit),
        scrape,
        Named.of("adaptive", "min", "4"),
        Named.of("slo", "url", url, "live-ttft-p99", "100ms", "min", "4", "every", "5ms"),
        Named.of("saturation", "pool", "p", "urls", url, "every", "5ms"),
        Named.of("budget", "pool", "p", "urls", url, "every", "5ms"));
  }

  @AfterAll
  static void close() {
    SERVER.close();
  }

  @Override
  public DispatchGate gate() {
    return named.gate();
  }

  @Override
  public Provider provider() {
    return ProviderContract.find(DispatchGateProvider.class, named.id());
  }

  @Test
  void its_settings_have_its_prefix() {
    assertThat(provider().settings())
        .allMatch(setting -> setting.key().startsWith("gate." + named.id() + "."));
  }
}
