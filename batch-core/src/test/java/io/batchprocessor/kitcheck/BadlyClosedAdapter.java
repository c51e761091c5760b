package io.batchprocessor.kitcheck;

import io.batchprocessor.spi.Settings;
import io.batchprocessor.testkit.AdapterUnderTest;
import io.batchprocessor.testkit.TransportContract;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The kit on an adapter whose {@code close} throws. Not a test by itself: {@link AdapterKitTest}
 * runs it.
 */
class BadlyClosedAdapter implements TransportContract {

  static final Set<Object> OPENED = ConcurrentHashMap.newKeySet();
  static final Set<Object> CLOSED = ConcurrentHashMap.newKeySet();

  @Override
  public AdapterUnderTest adapter() {
    return new MemoryBroker(ThrowsOnClose::new).adapter().name("throws on close").build();
  }

  private static final class ThrowsOnClose extends BrokerTransport {
    ThrowsOnClose(MemoryBroker broker, Settings settings) {
      super(broker, settings);
      OPENED.add(this);
    }

    @Override
    public void close() {
      super.close();
      CLOSED.add(this);
      throw new IllegalStateException("the broker does not answer");
    }
  }
}
