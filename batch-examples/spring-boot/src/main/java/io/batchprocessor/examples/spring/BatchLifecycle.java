package io.batchprocessor.examples.spring;

import io.batchprocessor.BatchProcessor;
import io.batchprocessor.spi.ProcessorState;
import java.util.Optional;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.springframework.context.SmartLifecycle;

/**
 * Starts a processor after everything else of the service, the web server too, and drains it before
 * anything else stops: that is the default phase. A context may be stopped and started again, a
 * processor may not: each start makes a new one.
 */
class BatchLifecycle implements SmartLifecycle {

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

  @Override
  public boolean isRunning() {
    return processor().filter(it -> it.state() == ProcessorState.RUNNING).isPresent();
  }
}
