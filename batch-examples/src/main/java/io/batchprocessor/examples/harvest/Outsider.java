package io.batchprocessor.examples.harvest;

import io.batchprocessor.spi.DispatchGate;
import io.batchprocessor.spi.RequestView;
import io.batchprocessor.spi.Verdict;
import java.time.Duration;
import java.util.Locale;
import java.util.function.LongSupplier;

/**
 * The simplest controller outside the engine: a fixed limit and a fixed pace, which knows of live
 * traffic what a page that it reads every second shows. The best of a grid of them, chosen after
 * the fact for each load, is what a gate can be asked to come near; what the {@link Oracle} has
 * beyond it is the sight of single steps.
 *
 * @param most the most requests in the engine, live and batch, for a batch request to go
 * @param spacingNanos between one batch request's start and the next
 */
record Outsider(int most, long spacingNanos) implements Contender {

  private static final long READ_NANOS = 1_000_000_000L;
  private static final Duration ASK_AGAIN = Duration.ofMillis(50);

  @Override
  public String name() {
    return String.format(
        Locale.ROOT, "outsider(most=%d, spacing=%.0f ms)", most, spacingNanos / 1e6);
  }

  @Override
  public Control start(VirtualGateway gateway, LongSupplier ticker) {
    Gate gate = new Gate(ticker);
    return new Control() {
      @Override
      public DispatchGate gate() {
        return gate;
      }

      @Override
      public long scrapeNanos() {
        return READ_NANOS;
      }

      @Override
      public void scrape() {
        gate.live = gateway.engine().running() + gateway.engine().waiting() - gate.inFlight;
      }
    };
  }

  private final class Gate implements DispatchGate {
    private final LongSupplier ticker;
    private int live;
    private int inFlight;
    private long startedNanos = Long.MIN_VALUE / 2;

    Gate(LongSupplier ticker) {
      this.ticker = ticker;
    }

    @Override
    public String name() {
      return "outsider";
    }

    @Override
    public Verdict tryAcquire(RequestView request) {
      long left = startedNanos + spacingNanos - ticker.getAsLong();
      if (live + inFlight >= most || left > ASK_AGAIN.toNanos()) {
        return new Verdict.Wait(ASK_AGAIN);
      }
      if (left > 0) {
        return new Verdict.Wait(Duration.ofNanos(left));
      }
      startedNanos = ticker.getAsLong();
      inFlight++;
      return new Verdict.Go(outcome -> inFlight--);
    }

    @Override
    public double budget() {
      return 1;
    }
  }
}
