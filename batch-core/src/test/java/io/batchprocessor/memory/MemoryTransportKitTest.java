package io.batchprocessor.memory;

import io.batchprocessor.testkit.AdapterContract;
import io.batchprocessor.testkit.AdapterUnderTest;
import java.time.Duration;

/** Rules about restarts and about a second process are not for queues in memory. */
class MemoryTransportKitTest implements AdapterContract {

  @Override
  public AdapterUnderTest adapter() {
    return AdapterUnderTest.of("memory")
        .queues("memory.queues", "a", "b")
        .shortLease("memory.lease", Duration.ofMillis(500))
        .deadLetters(transport -> ((MemoryTransport) transport).takeDeadLetters(100))
        .ephemeral("its queues end with the transport")
        .build();
  }
}
