package io.batchprocessor.kitcheck;

import io.batchprocessor.testkit.AdapterUnderTest;
import io.batchprocessor.testkit.ResultQueueContract;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/**
 * The kit where the server does not start a second time. Not a test by itself: {@link
 * AdapterKitTest} runs it.
 */
@Execution(ExecutionMode.SAME_THREAD)
class VanishingAdapter implements ResultQueueContract {

  static final String NAME = "vanishes after one rule";

  private static final AtomicBoolean STARTED = new AtomicBoolean();

  @Override
  public AdapterUnderTest adapter() {
    if (STARTED.getAndSet(true)) {
      throw new IllegalStateException("the server does not start");
    }
    return new MemoryBroker(BrokerTransport::new).adapter().name(NAME).build();
  }
}
