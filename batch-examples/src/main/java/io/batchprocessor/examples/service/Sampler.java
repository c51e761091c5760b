package io.batchprocessor.examples.service;

import io.batchprocessor.BatchProcessor;
import io.batchprocessor.PoolStats;
import io.batchprocessor.Stats;
import io.batchprocessor.message.Bytes;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * Takes a snapshot of everything once a second and hands the same one to everybody: the page, its
 * stream and {@code /api/stats} never disagree, and a hundred readers cost what one does.
 */
final class Sampler implements Runnable {

  private static final Duration EVERY = Duration.ofSeconds(1);

  /**
   * Over a shorter time a rate says nothing: one result in a millisecond is no thousand a second.
   */
  private static final double SHORTEST_SECONDS = 0.5;

  private final BatchProcessor processor;
  private final BrokerLook broker;
  private final SnapshotJson json;
  private final Runnable beside;
  private final History history = new History();
  private final Object lock = new Object();
  private Sample sample = new Sample(0, Bytes.EMPTY);
  private Rates rates = new Rates(0, 0, 0);
  private Stats before;
  private long beforeNanos;

  /**
   * A snapshot.
   *
   * @param sequence counts them, from 1 on
   * @param json as {@code /api/stats} gives it
   */
  record Sample(long sequence, Bytes json) {}

  /**
   * Nothing is sampled yet.
   *
   * @param beside what else is to be done once a second
   */
  Sampler(BatchProcessor processor, BrokerLook broker, SnapshotJson json, Runnable beside) {
    this.processor = processor;
    this.broker = broker;
    this.json = json;
    this.beside = beside;
    this.before = processor.stats();
    this.beforeNanos = System.nanoTime();
  }

  @Override
  public void run() {
    try {
      while (true) {
        take();
        beside.run();
        Thread.sleep(EVERY.toMillis());
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** Takes a snapshot now. */
  void take() {
    synchronized (lock) {
      Stats now = processor.stats();
      long nanos = System.nanoTime();
      double seconds = (nanos - beforeNanos) / 1e9;
      boolean due = sample.sequence() == 0 || seconds >= SHORTEST_SECONDS;
      if (due) {
        rates = rates(now, Math.max(SHORTEST_SECONDS, seconds));
        before = now;
        beforeNanos = nanos;
      }
      List<PoolStats> pools = processor.pools();
      Instant time = Instant.now();
      double[] row = row(time, rates, pools);
      if (due) {
        history.add(row);
      }
      long sequence = sample.sequence() + 1;
      String text =
          json.of(sequence, time, now, rates, processor.isPaused(), pools, broker.seen(), row)
              .toString();
      sample = new Sample(sequence, Bytes.utf8(text));
      lock.notifyAll();
    }
  }

  private Rates rates(Stats now, double seconds) {
    return new Rates(
        (now.succeeded() - before.succeeded()) / seconds,
        (now.failed() - before.failed()) / seconds,
        (now.shed() - before.shed()) / seconds);
  }

  /** Results, and attempts that were shed, per second. */
  record Rates(double succeeded, double failed, double shed) {}

  /** The latest snapshot, for somebody who asks once. */
  Sample latest() {
    if (broker.read()) {
      take();
    }
    synchronized (lock) {
      return sample;
    }
  }

  /** Waits for a snapshot after {@code sequence}; the latest if none comes in time. */
  Sample await(long sequence, Duration atMost) throws InterruptedException {
    broker.read();
    long end = System.nanoTime() + atMost.toNanos();
    synchronized (lock) {
      for (long left = atMost.toNanos();
          sample.sequence() <= sequence && left > 0;
          left = end - System.nanoTime()) {
        TimeUnit.NANOSECONDS.timedWait(lock, left);
      }
      return sample;
    }
  }

  /** What the charts begin with. */
  History history() {
    return history;
  }

  private static double[] row(Instant time, Rates rates, List<PoolStats> pools) {
    return new double[] {
      time.toEpochMilli(),
      rates.succeeded(),
      rates.failed(),
      rates.shed(),
      pools.stream().mapToInt(PoolStats::inFlight).sum(),
      pools.stream().mapToInt(PoolStats::limit).sum(),
      pools.stream().mapToDouble(PoolStats::budget).average().orElse(Double.NaN),
      LiveSignal.of(pools).map(LiveSignal::value).orElse(Double.NaN)
    };
  }
}
