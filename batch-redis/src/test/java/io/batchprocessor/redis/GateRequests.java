package io.batchprocessor.redis;

import io.batchprocessor.message.RequestMessage;
import io.batchprocessor.spi.AttemptOutcome;
import io.batchprocessor.spi.DispatchGate;
import io.batchprocessor.spi.DispatchGateContext;
import io.batchprocessor.spi.DispatchGateProvider;
import io.batchprocessor.spi.Permit;
import io.batchprocessor.spi.RequestView;
import io.batchprocessor.spi.Settings;
import io.batchprocessor.spi.Verdict;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.ServiceLoader;
import org.awaitility.Awaitility;

/** Gates as a configuration makes them, and what they are asked about. */
final class GateRequests {

  static final String TENANT = "tenant";
  static final Duration PATIENCE = Duration.ofMinutes(1);
  private static final int CONCURRENCY = 8;

  private GateRequests() {}

  private record Request(RequestMessage message) implements RequestView {
    @Override
    public String queue() {
      return "requests";
    }

    @Override
    public int attempt() {
      return 1;
    }
  }

  static RequestView anybody() {
    return request(Map.of());
  }

  static RequestView of(String tenant) {
    return request(Map.of(TENANT, tenant));
  }

  private static RequestView request(Map<String, String> metadata) {
    RequestMessage.Builder builder =
        RequestMessage.builder("r").deadline(Instant.MAX.minusSeconds(1)).payload("{}");
    metadata.forEach(builder::metadata);
    return new Request(builder.build());
  }

  static AttemptOutcome outcome() {
    return new AttemptOutcome(
        AttemptOutcome.Kind.ABORTED, null, "for a test", Duration.ofMillis(5), null);
  }

  /** A gate; keys that don't begin with redis. are its own, without their prefix. */
  static DispatchGate gate(String id, String... settings) {
    return gate(id, CONCURRENCY, settings);
  }

  static DispatchGate gate(String id, int concurrency, String... settings) {
    Settings checked = check(id, settings);
    return provider(id)
        .create(
            new DispatchGateContext(
                checked, List.of(), concurrency, Thread::new, System::nanoTime));
  }

  /** What a processor does with its settings before it makes a gate. */
  static Settings check(String id, String... settings) {
    DispatchGateProvider provider = provider(id);
    Settings checked = Settings.of(provider.settings(), values(id, settings));
    provider.check(checked);
    return checked;
  }

  static DispatchGateProvider provider(String id) {
    return ServiceLoader.load(DispatchGateProvider.class).stream()
        .map(ServiceLoader.Provider::get)
        .filter(each -> each.id().equals(id))
        .findFirst()
        .orElseThrow();
  }

  static Map<String, String> values(String id, String... settings) {
    Map<String, String> values = new HashMap<>();
    for (int i = 0; i < settings.length; i += 2) {
      String key = settings[i];
      values.put(key.startsWith("redis.") ? key : "gate." + id + "." + key, settings[i + 1]);
    }
    return values;
  }

  static Permit await(DispatchGate gate, RequestView request) {
    return Awaitility.await("a permit")
        .atMost(PATIENCE)
        .pollInterval(Duration.ofMillis(2))
        .until(
            () -> gate.tryAcquire(request) instanceof Verdict.Go go ? go.permit() : null,
            permit -> permit != null);
  }

  static List<Permit> await(DispatchGate gate, RequestView request, int count) {
    List<Permit> permits = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      permits.add(await(gate, request));
    }
    return permits;
  }

  /** Waits for a verdict of another kind than wait, which only says that Redis is being asked. */
  static Verdict decided(DispatchGate gate, RequestView request) {
    return Awaitility.await("a verdict")
        .atMost(PATIENCE)
        .pollInterval(Duration.ofMillis(2))
        .until(() -> gate.tryAcquire(request), verdict -> !(verdict instanceof Verdict.Wait));
  }
}
