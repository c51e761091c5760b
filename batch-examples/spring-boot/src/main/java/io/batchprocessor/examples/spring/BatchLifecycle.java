package io.batchprocessor.examples.spring;

import io.batchprocessor.BatchProcessor;
import io.batchprocessor.spi.ProcessorState;
import java.util.Optional;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.springframework.context.SmartLifecycle;

/**
 * Starts a processor before the web server takes requests, and drains it after the web server has
 * answered those that it took: handlers may wait for results. A context may be stopped and started
 * again, a processor may not: each start makes a new one.
 */
class BatchLifecycle implements SmartLifecycle {

  /** Below the web server's start, at 2048 below the default, and its graceful shutdown above. */
  private static final int PHASE = DEFAULT_PHASE - 4096;

  private final Supplier<BatchProcessor> factory;
  private volatile @Nullable BatchProcessor processor;

  BatchLifecycle(Supplier<BatchProcessor> factory) {
    this.factory = factory;
  }

  /** The processor; empty before the first start. */
  Optional<BatchProcessor> processor() {
    return Optional.ofNullable(processor);
  }

  @Override
  public void start() {
    BatchProcessor next = factory.get();
    next.start();
    processor = next;
  }

  /** Takes as long as {@code batch.drain-timeout} at the most, and a moment. */
  @Override
  public void stop() {
    processor().ifPresent(BatchProcessor::close);
  }

  /** Also while it drains by itself: it has to be stopped all the same. */
  @Override
  public boolean isRunning() {
    return processor().filter(it -> it.state() != ProcessorState.CLOSED).isPresent();
  }

  @Override
  public int getPhase() {
    return PHASE;
  }
}
