package io.batchprocessor.gate;

import io.batchprocessor.spi.AttemptOutcome;
import io.batchprocessor.spi.RequestView;
import io.batchprocessor.spi.Verdict;
import io.batchprocessor.spi.YieldingGate;
import java.time.Duration;
import java.util.*;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

public final class SloGate implements YieldingGate {
  public static double SPACE = 1.0, MARGIN = 1.0, HALF = 1800, ALPHA=0.01, SMOOTHB=5, CORR=1, WEIGHT=1;
  final LongSupplier ticker;
  final double factor;
  final double absolute;
  final boolean yield;
  double max = 256;
  @Nullable LatencyCounts alone;
  @Nullable LatencyCounts recent;
  @Nullable LiveMetrics last;
  long lastNanos;
  double target = Double.NaN;
  double live;
  double ours; // smoothed batch in flight
  double itl = 0.03;
  int inFlight;
  long nextStart = Long.MIN_VALUE / 2;
  double limit;
  boolean opened;
  public double over, seen, debt;
  double theta, meanLive; int scrapes;
  public static double GAMMA=0.02, FLOOR=0.8, INIT=1.2;

  public SloGate(LongSupplier ticker, double factor, double absolute, boolean yield) {
    this.ticker = ticker;
    this.factor = factor;
    this.absolute = absolute;
    this.yield = yield;
  }

  public void observe(LiveMetrics m) {
    long now = ticker.getAsLong();
    if (last == null) {
      last = m;
      lastNanos = now;
      return;
    }
    LatencyCounts d = m.ttft().minus(last.ttft());
    LatencyCounts di = m.itl().minus(last.itl());
    double dt = (now - lastNanos) / 1e9;
    last = m;
    lastNanos = now;
    double before = live;
    live = Math.max(0, m.inEngine() - (m.liveOnly() ? 0 : inFlight));
    if (di.count() > 0) {
      itl += (1 - Math.exp(-dt / 3)) * (di.mean() - itl);
    }
    if (!opened) {
      alone = alone == null ? d : alone.plus(d, 1);
      meanLive += (live - meanLive) / ++scrapes;
      recent = alone;
    } else {
      meanLive += (1 - Math.exp(-dt / 1800)) * (live - meanLive);
      recent = recent.times(Math.exp(-dt / 600)).plus(d, 1);
      double o = d.countAbove(target(), recent);
      over += o;
      seen += d.count();
      theta += GAMMA * (ALPHA * d.count() - o);
      theta = Math.max(Math.log(FLOOR * meanLive + 1), Math.min(theta, Math.log(meanLive + max)));
      update();
    }
  }

  void open() {
    opened = true;
    theta = Math.log(1 + meanLive * INIT);
    update();
  }

  void update() {
    limit = Math.max(0, Math.min(max, Math.exp(theta) - live));
  }

  public double target() {
    if (Double.isNaN(target)) {
      target = absolute > 0 ? absolute : alone.quantile(0.99) * (1 + (factor - 1) * MARGIN);
    }
    return target;
  }

  @Override
  public String name() {
    return "slo";
  }

  @Override
  public Verdict tryAcquire(RequestView request) {
    long now = ticker.getAsLong();
    if (!opened) {
      open();
    }
    if (inFlight >= (int) limit) {
      return new Verdict.Wait(Duration.ofMillis(100));
    }
    if (now < nextStart) {
      return new Verdict.Wait(Duration.ofNanos(nextStart - now));
    }
    nextStart = now + (long) (itl * SPACE * 1e9);
    inFlight++;
    return new Verdict.Go(this::released);
  }

  void released(AttemptOutcome o) {
    inFlight--;
  }

  @Override
  public int excess() {
    return yield ? Math.max(0, inFlight - (int) Math.ceil(limit)) : 0;
  }

  @Override
  public double budget() {
    return limit > inFlight ? 1 : 0;
  }

  public String state() {
    return String.format("M=%.0f live=%.0f T=%.1fms over=%.4f n=%.0f itl=%.1f", Math.exp(theta), meanLive, target() * 1e3, over / seen, seen, itl * 1e3);
  }
}
