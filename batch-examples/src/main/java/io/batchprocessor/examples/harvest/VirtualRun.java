package io.batchprocessor.examples.harvest;

import io.batchprocessor.examples.gateway.ContinuousBatch;
import io.batchprocessor.examples.gateway.EngineSettings;
import io.batchprocessor.examples.gateway.Sequence;
import java.util.Iterator;

/**
 * One contender on one simulated gateway in virtual time: a discrete-event simulation without
 * threads, in which the same arguments give the same result to the last bit. For {@code warmUp}
 * only live traffic runs, and gates that read metrics may learn; what is measured comes after.
 */
final class VirtualRun {

  private static final long SETTLING_NANOS = 60_000_000_000L;
  private static final long NEVER = Long.MAX_VALUE;

  private final Scenario scenario;
  private final Contender contender;
  private final VirtualGateway gateway;
  private final BatchSide batch;
  private final Contender.Control control;
  private final Timeline timeline;
  private long nowNanos;
  private int liveShed;

  VirtualRun(Scenario scenario, EngineSettings engine, Contender contender, Timeline timeline) {
    this.scenario = scenario;
    this.contender = contender;
    this.timeline = timeline;
    LiveRecord record = new LiveRecord(scenario.warmUpNanos(), timeline);
    this.gateway = new VirtualGateway(engine, record, this::finished);
    this.control = contender.start(gateway, () -> nowNanos);
    this.batch = new BatchSide(scenario, gateway, control.gate());
  }

  RunResult run() {
    Iterator<Arrival> arrivals = scenario.arrivals().iterator();
    Arrival next = arrivals.next();
    // Whoever does not watch needs the engine warm, and no more.
    long from = control.scrapeNanos() > 0 ? 0 : scenario.warmUpNanos() - SETTLING_NANOS;
    while (next.atNanos() < from && arrivals.hasNext()) {
      next = arrivals.next();
    }
    ContinuousBatch engine = gateway.engine();
    long scrape = control.scrapeNanos() > 0 ? control.scrapeNanos() : NEVER;
    long begin = scenario.warmUpNanos();
    long end = scenario.endNanos();
    long askedBefore = -1;
    boolean started = false;
    while (true) {
      long arrives = next == null ? NEVER : next.atNanos();
      long step = engine.stepEndNanos();
      // The last instant before a step ends: what is sent now is in the next step.
      long before =
          control.asksBeforeSteps() && started && step != NEVER && step - 1 > askedBefore
              ? step - 1
              : NEVER;
      long ask = started ? batch.askNanos() : begin;
      long now = Math.min(Math.min(Math.min(arrives, step), Math.min(scrape, before)), ask);
      if (now >= end) {
        break;
      }
      nowNanos = Math.max(nowNanos, now);
      engine.advance(nowNanos);
      if (arrives <= nowNanos && next != null) {
        live(next);
        next = arrivals.hasNext() ? arrivals.next() : null;
      }
      if (scrape <= nowNanos) {
        control.scrape();
        scrape += control.scrapeNanos();
        batch.askNow();
      }
      if (before <= nowNanos) {
        askedBefore = step - 1;
        batch.askNow();
      }
      started = started || nowNanos >= begin;
      if (started) {
        batch.takeBack(nowNanos);
        batch.ask(nowNanos);
        timeline.state(nowNanos - begin, gateway.live(), gateway.batch());
      }
    }
    control.gate().close();
    return result();
  }

  private void live(Arrival arrival) {
    Sequence sequence =
        new Sequence(VirtualGateway.LIVE, arrival.promptTokens(), arrival.answerTokens());
    if (!gateway.offer(sequence, nowNanos) && nowNanos >= scenario.warmUpNanos()) {
      liveShed++;
    }
  }

  private void finished(Sequence sequence) {
    // Steps end in the middle of advance: the time is the step's.
    batch.finished(sequence, Math.max(nowNanos, sequence.arrivedNanos()));
  }

  private RunResult result() {
    LiveRecord live = gateway.record();
    return new RunResult(
        live.ttft().at(50),
        live.ttft().at(99),
        live.itl().at(99),
        live.ttft().count(),
        liveShed,
        batch.finishedTokens() * 1e9 / scenario.measuredNanos(),
        batch.finished(),
        batch.inTime(),
        batch.due(scenario.endNanos()),
        batch.attempts(),
        batch.thrownAwayTokens(),
        batch.workedTokens());
  }

  @Override
  public String toString() {
    return contender.name() + " on " + scenario;
  }
}
