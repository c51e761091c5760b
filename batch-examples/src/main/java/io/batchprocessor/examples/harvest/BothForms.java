package io.batchprocessor.examples.harvest;

import io.batchprocessor.gate.LiveMetrics;
import io.batchprocessor.gate.SloGate;
import io.batchprocessor.spi.DispatchGate;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.LongSupplier;

/**
 * A contender in both forms of the benchmark.
 *
 * @param virtual in virtual time
 * @param concurrency the pool's concurrency in real time; 0: no batch
 * @param gate the configuration of its gate in real time, given the gateway; empty: none
 */
record BothForms(Contender virtual, int concurrency, Function<URI, Map<String, Object>> gate) {

  static final String TRAFFIC_LABEL = "traffic";

  private static final int MOST = 256;
  private static final double SATURATION = 0.8;
  private static final Duration STALE = Duration.ofSeconds(5);

  /** {@code slo} has learned a little before batch begins, in both forms. */
  private static final Duration BEFORE_BATCH = Duration.ofSeconds(10);

  String name() {
    return virtual.name();
  }

  /** Who takes part; live only is first. */
  static List<BothForms> all(Duration warmUp) {
    Duration learn = warmUp.compareTo(BEFORE_BATCH) > 0 ? warmUp.minus(BEFORE_BATCH) : warmUp;
    return List.of(
        new BothForms(Contenders.liveOnly(), 0, gateway -> Map.of()),
        new BothForms(Contenders.ungated(64), 64, gateway -> Map.of()),
        saturation(),
        new BothForms(Contenders.adaptive(false), MOST, gateway -> Map.of("type", "adaptive")),
        slo(1.25, learn));
  }

  /** Fills the engine up to 80 % of its slots, by vLLM's count read every 5 s. */
  private static BothForms saturation() {
    return new BothForms(
        contender(
            "scrape, to 80 %",
            STALE,
            (gateway, ticker) -> {
              RoomGate gate = new RoomGate(SATURATION * MOST, () -> gateway.engine().running());
              return Map.entry(gate, gate::read);
            }),
        MOST,
        gateway ->
            Map.of(
                "type",
                "scrape",
                "url",
                page(gateway),
                "metric",
                "vllm:num_requests_running",
                "per-pod",
                MOST,
                "baseline",
                1 - SATURATION,
                "every",
                STALE.toMillis() + "ms",
                "max-age",
                3 * STALE.toMillis() + "ms"));
  }

  /** {@link SloGate} with its defaults, which is told which traffic is live. */
  private static BothForms slo(double factor, Duration learn) {
    return new BothForms(
        contender(
            String.format(Locale.ROOT, "slo %.2f ×", factor),
            Duration.ofSeconds(1),
            (gateway, ticker) -> {
              LiveMetrics[] last = new LiveMetrics[1];
              SloGate gate =
                  SloGate.builder()
                      .liveTtftP99(factor)
                      .max(MOST)
                      .learn(learn)
                      .ticker(ticker)
                      .metrics(() -> Optional.ofNullable(last[0]))
                      .build();
              return Map.entry(
                  gate,
                  () -> {
                    last[0] = live(gateway, ticker.getAsLong());
                    gate.budget();
                  });
            }),
        MOST,
        gateway ->
            Map.of(
                "type", "slo",
                "url", page(gateway),
                "live-ttft-p99", factor + "x",
                "live-labels", TRAFFIC_LABEL + "=live",
                "learn", learn.toMillis() + "ms"));
  }

  private static LiveMetrics live(VirtualGateway gateway, long nowNanos) {
    LiveMetrics all = gateway.metrics(nowNanos);
    return new LiveMetrics(all.takenNanos(), all.ttft(), all.itl(), gateway.live(), true);
  }

  private static String page(URI gateway) {
    return gateway.resolve("/metrics").toString();
  }

  /** Makes a gate for a virtual gateway, and what tells it that its page was read. */
  private interface Reading {
    Map.Entry<? extends DispatchGate, Runnable> start(VirtualGateway gateway, LongSupplier ticker);
  }

  private static Contender contender(String name, Duration every, Reading reading) {
    return new Contender() {
      @Override
      public String name() {
        return name;
      }

      @Override
      public Control start(VirtualGateway gateway, LongSupplier ticker) {
        var made = reading.start(gateway, ticker);
        return new Control() {
          @Override
          public DispatchGate gate() {
            return made.getKey();
          }

          @Override
          public long scrapeNanos() {
            return every.toNanos();
          }

          @Override
          public void scrape() {
            made.getValue().run();
          }
        };
      }
    };
  }
}
