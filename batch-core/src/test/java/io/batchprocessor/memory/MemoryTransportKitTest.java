package io.batchprocessor.memory;

import io.batchprocessor.testkit.AdapterContract;
import io.batchprocessor.testkit.AdapterUnderTest;
import java.time.Duration;

class MemoryTransportKitTest implements AdapterContract {

  @Override
  public AdapterUnderTest adapter() {
    return AdapterUnderTest.of("memory")
        .queues("memory.queues", "a", "b")
        .shortLease("memory.lease", Duration.ofMillis(500))
        .ephemeral("its queues end with the transport")
        .build();
  }
}
