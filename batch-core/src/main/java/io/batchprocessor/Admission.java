package io.batchprocessor;

import io.batchprocessor.message.ErrorCode;
import io.batchprocessor.message.InvalidMessageException;
import io.batchprocessor.message.RequestMessage;
import io.batchprocessor.message.ResultMessage;
import io.batchprocessor.spi.Delivery;
import io.batchprocessor.spi.RequestQueue;
import java.time.InstantSource;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/** Turns a delivery into a request to dispatch, or decides at once how it ends. */
final class Admission {

  private final int maxMessageBytes;
  private final int maxDeliveries;
  private final HeldMessages held;
  private final Consumer<Outcome> settle;
  private final GuardedListeners listeners;
  private final Counters counters;
  private final InstantSource clock;
  private final LongSupplier ticker;

  Admission(
      EngineConfig config, HeldMessages held, Consumer<Outcome> settle, Engine.Shared shared) {
    this.maxMessageBytes = config.maxMessageBytes();
    this.maxDeliveries = config.maxDeliveries();
    this.held = held;
    this.settle = settle;
    this.listeners = shared.listeners();
    this.counters = shared.counters();
    this.clock = config.clock();
    this.ticker = config.ticker();
  }

  /**
   * The request to dispatch; null if it is settled already.
   *
   * @param askedNanos when the delivery was asked for
   */
  @Nullable HeldRequest admit(
      Delivery delivery, RequestQueue source, QueueBuffer buffer, long askedNanos) {
    counters.received.increment();
    RequestMessage message;
    try {
      message = read(delivery);
    } catch (InvalidMessageException e) {
      refuse(delivery, source, e, askedNanos);
      return null;
    }
    HeldRequest request =
        new HeldRequest(delivery, source, message, buffer, askedNanos, ticker.getAsLong());
    held.add(request);
    listeners.tell(request, listener -> listener.received(request));
    ResultMessage end = endsAlready(request);
    if (end != null) {
      finish(request, end);
      return null;
    }
    return request;
  }

  /**
   * How long a message that finds no room here may stay away; 0: not at all, as it has ended, or
   * can't be understood.
   */
  long leftNanos(Delivery delivery) {
    try {
      return HeldRequest.leftNanos(read(delivery), clock.millis());
    } catch (InvalidMessageException e) {
      return 0;
    }
  }

  /** Ends a message that may not stay away, and that nobody here could dispatch. */
  void end(Delivery delivery, RequestQueue source, long askedNanos) {
    try {
      ResultMessage result = Results.expired(read(delivery), delivery.attempt());
      HeldMessage message = new HeldMessage(delivery, source, askedNanos);
      held.add(message);
      settle.accept(new Outcome.Finished(message, null, result));
    } catch (InvalidMessageException e) {
      refuse(delivery, source, e, askedNanos);
    }
  }

  private RequestMessage read(Delivery delivery) throws InvalidMessageException {
    return RequestMessage.parse(delivery.body(), maxMessageBytes)
        .withDefaultMetadata(Notes.without(delivery.attributes()));
  }

  /** Settles a request as cancelled. */
  void cancel(HeldRequest request) {
    finish(request, Results.cancelled(request, request.attempt() - 1));
  }

  /** Back to the broker, unless it is on its way already. */
  void giveBack(HeldRequest request) {
    if (request.decideInBuffer()) {
      settle.accept(new Outcome.Released(request, request, "could not be taken in"));
    }
  }

  private void finish(HeldRequest request, ResultMessage result) {
    if (request.decideInBuffer()) {
      settle.accept(Outcome.Finished.of(request, result));
    }
  }

  private @Nullable ResultMessage endsAlready(HeldRequest request) {
    int count = request.delivery().deliveryCount();
    if (count > maxDeliveries) {
      return Results.of(request, request.attempt() - 1)
          .error(
              ErrorCode.ABANDONED,
              "handed out %d times without being settled, more than max-deliveries=%d"
                  .formatted(count, maxDeliveries))
          .build();
    }
    return clock.millis() >= request.deadlineMillis() ? Results.expired(request) : null;
  }

  private void refuse(
      Delivery delivery, RequestQueue source, InvalidMessageException fault, long askedNanos) {
    HeldMessage message = new HeldMessage(delivery, source, askedNanos);
    held.add(message);
    String reason = String.valueOf(fault.getMessage());
    settle.accept(
        fault
            .id()
            .<Outcome>map(id -> new Outcome.Finished(message, null, invalid(id, delivery, reason)))
            .orElseGet(() -> new Outcome.DeadLettered(message, reason)));
  }

  private static ResultMessage invalid(String id, Delivery delivery, String reason) {
    return ResultMessage.builder(id)
        .attempts(delivery.attempt() - 1)
        .error(ErrorCode.INVALID_REQUEST, reason)
        .build();
  }
}
