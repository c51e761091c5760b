package io.batchprocessor.examples.harvest;

import io.batchprocessor.examples.gateway.ContinuousBatch;
import io.batchprocessor.examples.gateway.EngineListener;
import io.batchprocessor.examples.gateway.EngineSettings;
import io.batchprocessor.examples.gateway.Sequence;
import io.batchprocessor.gate.LiveMetrics;
import java.util.function.Consumer;

/**
 * The simulated engine in virtual time, with what it counts of live and of batch traffic. Batch
 * sequences have a priority below 0; whether the engine heeds it is its own setting.
 */
final class VirtualGateway implements EngineListener, EngineView {

  static final int LIVE = 0;
  static final int BATCH = -1;

  private final ContinuousBatch engine;
  private final Consumer<Sequence> batchFinished;
  private final LiveRecord record;
  private int live;
  private int liveWithoutToken;
  private int batch;
  private int batchWithoutToken;

  VirtualGateway(EngineSettings settings, LiveRecord record, Consumer<Sequence> batchFinished) {
    this.engine = new ContinuousBatch(settings, this);
    this.record = record;
    this.batchFinished = batchFinished;
  }

  ContinuousBatch engine() {
    return engine;
  }

  LiveRecord record() {
    return record;
  }

  /** As a scrape of its metrics page shows it; running and waiting counts are of all requests. */
  LiveMetrics metrics(long nowNanos) {
    return new LiveMetrics(
        nowNanos,
        record.ttftCounts(),
        record.itlCounts(),
        engine.running() + engine.waiting(),
        false);
  }

  /** Takes a sequence in; false: shed. */
  boolean offer(Sequence sequence, long nowNanos) {
    if (!engine.offer(sequence, nowNanos)) {
      return false;
    }
    if (isLive(sequence)) {
      live++;
      liveWithoutToken++;
    } else {
      batch++;
      batchWithoutToken++;
    }
    return true;
  }

  /** A batch request's connection is gone. */
  void abort(Sequence sequence, long nowNanos) {
    if (engine.cancel(sequence, nowNanos)) {
      batch--;
      batchWithoutToken -= sequence.firstTokenNanos() < 0 ? 1 : 0;
    }
  }

  @Override
  public void firstToken(Sequence sequence, long nowNanos) {
    if (isLive(sequence)) {
      liveWithoutToken--;
      record.firstToken(sequence.arrivedNanos(), nowNanos - sequence.arrivedNanos());
    } else {
      batchWithoutToken--;
    }
  }

  @Override
  public void decoded(int usual, int deferrable, long sinceLastTokenNanos) {
    record.decoded(usual, sinceLastTokenNanos);
  }

  @Override
  public void finished(Sequence sequence, long nowNanos) {
    if (isLive(sequence)) {
      live--;
    } else {
      batch--;
      batchFinished.accept(sequence);
    }
  }

  @Override
  public int liveWithoutToken() {
    return liveWithoutToken;
  }

  @Override
  public int live() {
    return live;
  }

  @Override
  public int batchWithoutToken() {
    return batchWithoutToken;
  }

  @Override
  public int batch() {
    return batch;
  }

  private static boolean isLive(Sequence sequence) {
    return sequence.priority() >= LIVE;
  }
}
