package io.batchprocessor.kitcheck;

import io.batchprocessor.testkit.AdapterContract;
import io.batchprocessor.testkit.AdapterUnderTest;

/** The adapter that the faults are built into keeps every rule, those about restarts too. */
class MemoryBrokerKitTest implements AdapterContract {

  @Override
  public AdapterUnderTest adapter() {
    return new MemoryBroker(BrokerTransport::new).adapter().build();
  }
}
