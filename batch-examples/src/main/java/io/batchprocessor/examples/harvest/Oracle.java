package io.batchprocessor.examples.harvest;

import io.batchprocessor.spi.DispatchGate;
import io.batchprocessor.spi.RequestView;
import io.batchprocessor.spi.Verdict;
import java.time.Duration;
import java.util.Locale;
import java.util.function.LongSupplier;

/**
 * A controller that sees the engine's true state at the last instant before every step, so that it
 * never puts a batch prompt beside a live one that waits, unless it is meant to. The best of a grid
 * of them, chosen after the fact, is the harvest that others are measured by.
 *
 * @param most the most requests in the engine, live and batch, for a batch request to go
 * @param mostLive the most live ones
 * @param spacingNanos between one batch request's start and the next
 * @param avoidsLivePrompts whether it holds back while a live prompt waits to be prefilled
 */
record Oracle(int most, int mostLive, long spacingNanos, boolean avoidsLivePrompts)
    implements Contender {

  private static final Verdict NEXT_STEP = new Verdict.Wait(Duration.ofSeconds(1));

  @Override
  public String name() {
    return String.format(
        Locale.ROOT,
        "oracle(most=%d, live<=%d, spacing=%.1f ms, avoids=%b)",
        most,
        mostLive,
        spacingNanos / 1e6,
        avoidsLivePrompts);
  }

  @Override
  public Control start(VirtualGateway gateway, LongSupplier ticker) {
    Gate gate = new Gate(gateway, ticker);
    return new Control() {
      @Override
      public DispatchGate gate() {
        return gate;
      }

      @Override
      public boolean asksBeforeSteps() {
        return true;
      }
    };
  }

  private final class Gate implements DispatchGate {
    private final EngineView state;
    private final LongSupplier ticker;
    private long startedNanos = Long.MIN_VALUE / 2;

    Gate(EngineView state, LongSupplier ticker) {
      this.state = state;
      this.ticker = ticker;
    }

    @Override
    public String name() {
      return "oracle";
    }

    @Override
    public Verdict tryAcquire(RequestView request) {
      boolean goes =
          state.live() + state.batch() < most
              && state.live() <= mostLive
              && ticker.getAsLong() - startedNanos >= spacingNanos
              && !(avoidsLivePrompts && state.liveWithoutToken() > 0);
      if (!goes) {
        return NEXT_STEP;
      }
      startedNanos = ticker.getAsLong();
      return new Verdict.Go(outcome -> {});
    }

    @Override
    public double budget() {
      return 1;
    }
  }
}
