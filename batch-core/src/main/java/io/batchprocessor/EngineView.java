package io.batchprocessor;

import io.batchprocessor.spi.BacklogReporter;
import io.batchprocessor.spi.PoolView;
import io.batchprocessor.spi.ProcessorView;
import io.batchprocessor.spi.Transport;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ThreadFactory;

/** An engine, shown to listeners. */
record EngineView(Engine engine, EngineThreads processorThreads, String transport, Transport broker)
    implements ProcessorView {

  @Override
  public String name() {
    return processorThreads.name();
  }

  @Override
  public List<PoolView> pools() {
    return List.copyOf(engine.pools());
  }

  @Override
  public Optional<BacklogReporter> backlogReporter() {
    return broker instanceof BacklogReporter reporter ? Optional.of(reporter) : Optional.empty();
  }

  @Override
  public int settling() {
    return engine.settling();
  }

  @Override
  public Optional<String> stall() {
    return Optional.ofNullable(engine.stall());
  }

  @Override
  public boolean isPaused() {
    return engine.isPaused();
  }

  @Override
  public long userCodeFailures() {
    return engine.userCodeFailures();
  }

  @Override
  public ThreadFactory threads(String role) {
    return processorThreads.named(role);
  }

  @Override
  public String toString() {
    return "ProcessorView[" + name() + "]";
  }
}
