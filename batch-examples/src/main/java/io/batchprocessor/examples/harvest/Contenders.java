package io.batchprocessor.examples.harvest;

import com.netflix.concurrency.limits.limit.AIMDLimit;
import com.netflix.concurrency.limits.limit.Gradient2Limit;
import com.netflix.concurrency.limits.limit.VegasLimit;
import io.batchprocessor.gate.AdaptiveGate;
import io.batchprocessor.gate.LiveMetrics;
import io.batchprocessor.gate.SloGate;
import io.batchprocessor.spi.DispatchGate;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.function.LongSupplier;

/** Who takes part, each with one configuration for every load. */
final class Contenders {

  private static final int MOST = 256;
  private static final long SECOND = 1_000_000_000L;

  private Contenders() {}

  /** No batch at all: what live traffic is alone. */
  static Contender liveOnly() {
    return fixed("live only", 0);
  }

  /** As many as may be, all the time. */
  static Contender ungated(int concurrency) {
    return fixed("no gate, " + concurrency, concurrency);
  }

  private static Contender fixed(String name, int limit) {
    return answersOnly(name, ticker -> new LimitGate(() -> limit));
  }

  /** {@link AdaptiveGate} with its defaults, and with or without taking back. */
  static Contender adaptive(boolean yields) {
    return answersOnly(
        yields ? "adaptive + yield" : "adaptive",
        ticker -> AdaptiveGate.builder().yields(yields).ticker(ticker).build());
  }

  /**
   * Netflix's AIMD with its defaults, but for a timeout of a minute: the default of 5 s would be an
   * allowance for latency by chance.
   */
  static Contender aimd() {
    return answersOnly(
        "AIMD",
        ticker ->
            new NetflixGate(
                AIMDLimit.newBuilder()
                    .initialLimit(20)
                    .minLimit(1)
                    .maxLimit(MOST)
                    .timeout(60, TimeUnit.SECONDS)
                    .build(),
                ticker));
  }

  /** Netflix's Gradient2 with its defaults. */
  static Contender gradient2() {
    return answersOnly(
        "Gradient2",
        ticker ->
            new NetflixGate(
                Gradient2Limit.newBuilder()
                    .initialLimit(20)
                    .minLimit(1)
                    .maxConcurrency(MOST)
                    .build(),
                ticker));
  }

  /** Netflix's Vegas with its defaults. */
  static Contender vegas() {
    return answersOnly(
        "Vegas",
        ticker ->
            new NetflixGate(
                VegasLimit.newBuilder().initialLimit(20).maxConcurrency(MOST).build(), ticker));
  }

  /** Fills the engine's slots up to 80 % by a count that is up to 5 s old. */
  static Contender saturation() {
    return new Contender() {
      @Override
      public String name() {
        return "saturation 0.8";
      }

      @Override
      public Control start(VirtualGateway gateway, LongSupplier ticker) {
        double[] used = {1};
        LimitGate gate = new LimitGate(() -> (int) (Math.max(0, 0.8 - used[0]) * MOST));
        return scraping(
            gate,
            5 * SECOND,
            () ->
                used[0] =
                    (double) (gateway.engine().running() + gateway.engine().waiting()) / MOST);
      }
    };
  }

  /**
   * {@link SloGate} with its defaults; it reads every second, and knows before the start only what
   * it saw of live traffic alone.
   */
  static Contender slo(double factor, boolean yields) {
    return new Contender() {
      @Override
      public String name() {
        return String.format(Locale.ROOT, "slo %.2f ×%s", factor, yields ? " + yield" : "");
      }

      @Override
      public Control start(VirtualGateway gateway, LongSupplier ticker) {
        LiveMetrics[] last = new LiveMetrics[1];
        SloGate gate =
            SloGate.builder()
                .liveTtftP99(factor)
                .yields(yields)
                .max(MOST)
                .ticker(ticker)
                .metrics(() -> Optional.ofNullable(last[0]))
                .build();
        return scraping(
            gate,
            SECOND,
            () -> {
              last[0] = gateway.metrics(ticker.getAsLong());
              // Read now: nobody asks while nothing is there to send.
              gate.budget();
            });
      }
    };
  }

  private static Contender answersOnly(String name, Function<LongSupplier, DispatchGate> gate) {
    return new Contender() {
      @Override
      public String name() {
        return name;
      }

      @Override
      public Control start(VirtualGateway gateway, LongSupplier ticker) {
        DispatchGate made = gate.apply(ticker);
        return () -> made;
      }
    };
  }

  private static Contender.Control scraping(DispatchGate gate, long every, Runnable scrape) {
    return new Contender.Control() {
      @Override
      public DispatchGate gate() {
        return gate;
      }

      @Override
      public long scrapeNanos() {
        return every;
      }

      @Override
      public void scrape() {
        scrape.run();
      }
    };
  }
}
