package io.batchprocessor.kitcheck;

import io.batchprocessor.testkit.AdapterContract;
import io.batchprocessor.testkit.AdapterUnderTest;
import java.time.Duration;

/**
 * The kit on an adapter that has one queue. Not a test by itself: {@link AdapterKitTest} runs it.
 */
class OneQueueAdapter implements AdapterContract {

  static final String NAME = "has one queue";

  @Override
  public AdapterUnderTest adapter() {
    return new MemoryBroker(BrokerTransport::new)
        .adapter()
        .queue(MemoryBroker.QUEUES.key(), AdapterUnderTest.fresh("only"))
        .name(NAME)
        .patience(Duration.ofSeconds(10))
        .build();
  }
}
