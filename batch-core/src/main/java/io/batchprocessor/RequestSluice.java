package io.batchprocessor;

import io.batchprocessor.spi.Delivery;

/** Lets messages of one request queue into its buffer. */
final class RequestSluice implements Intake.Sluice {

  private final QueueBuffer buffer;
  private final Doorbell dispatcher;

  RequestSluice(QueueBuffer buffer, Doorbell dispatcher) {
    this.buffer = buffer;
    this.dispatcher = dispatcher;
  }

  /**
   * All the room there is, once half of the buffer is empty: that makes for few, large receives.
   */
  @Override
  public int demand() {
    Lane fresh = buffer.fresh();
    return fresh.isHalfEmpty() && buffer.gate().isOpen() ? fresh.room() : 0;
  }

  @Override
  public QueueBuffer bufferOf(Delivery delivery, long askedNanos) {
    return buffer;
  }

  @Override
  public void put(HeldRequest request) {
    buffer.fresh().add(request);
  }

  @Override
  public void putAll() {
    dispatcher.ring();
  }
}
