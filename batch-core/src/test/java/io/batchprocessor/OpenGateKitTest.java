package io.batchprocessor;

import io.batchprocessor.spi.DispatchGate;
import io.batchprocessor.testkit.DispatchGateContract;

class OpenGateKitTest implements DispatchGateContract {

  @Override
  public DispatchGate gate() {
    return new OpenGate();
  }
}
