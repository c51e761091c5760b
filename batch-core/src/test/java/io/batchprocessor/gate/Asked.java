package io.batchprocessor.gate;

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
import java.util.List;
import java.util.Map;
import java.util.ServiceLoader;
import java.util.function.LongSupplier;

/** What gates are asked about, and what comes of it. */
final class Asked {

  private Asked() {}

  private record Request(RequestMessage message, Map<String, String> labels)
      implements RequestView {
    @Override
    public String queue() {
      return "requests";
    }

    @Override
    public int attempt() {
      return 1;
    }
  }

  static RequestView request() {
    return request(Map.of());
  }

  static RequestView request(Map<String, String> labels) {
    return new Request(
        RequestMessage.builder("r").deadline(Instant.MAX.minusSeconds(1)).payload("{}").build(),
        labels);
  }

  static AttemptOutcome outcome(AttemptOutcome.Kind kind) {
    return new AttemptOutcome(kind, null, "for a test", Duration.ofMillis(5), null);
  }

  /** As many permits as there are, but not more than so many. */
  static List<Permit> permits(DispatchGate gate, int most) {
    List<Permit> permits = new ArrayList<>();
    while (permits.size() < most && gate.tryAcquire(request()) instanceof Verdict.Go go) {
      permits.add(go.permit());
    }
    return permits;
  }

  static void release(List<Permit> permits) {
    permits.forEach(permit -> permit.release(outcome(AttemptOutcome.Kind.SUCCEEDED)));
  }

  static DispatchGateProvider provider(String id) {
    return ServiceLoader.load(DispatchGateProvider.class).stream()
        .map(ServiceLoader.Provider::get)
        .filter(provider -> provider.id().equals(id))
        .findFirst()
        .orElseThrow();
  }

  /** A gate as a configuration makes it, in a pool of 8. */
  static DispatchGate gate(
      String id, Map<String, String> values, LongSupplier ticker, DispatchGate... inside) {
    DispatchGateProvider provider = provider(id);
    Settings settings = Settings.of(provider.settings(), values);
    provider.check(settings);
    return provider.create(
        new DispatchGateContext(settings, List.of(inside), 8, Thread::new, ticker));
  }
}
