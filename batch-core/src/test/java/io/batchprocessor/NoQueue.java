package io.batchprocessor;

import io.batchprocessor.spi.Delivery;
import io.batchprocessor.spi.RequestQueue;
import java.time.Duration;
import java.util.List;

/** A queue that nothing comes out of. */
record NoQueue(String name) implements RequestQueue {

  @Override
  public List<Delivery> receive(int max, Duration maxWait) {
    return List.of();
  }

  @Override
  public List<Delivery> acknowledge(List<Delivery> deliveries) {
    return List.of();
  }

  @Override
  public void release(List<Delivery> deliveries) {}

  @Override
  public List<Delivery> extend(List<Delivery> deliveries) {
    return List.of();
  }
}
