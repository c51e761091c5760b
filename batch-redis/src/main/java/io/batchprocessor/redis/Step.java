package io.batchprocessor.redis;

import io.batchprocessor.spi.Delivery;
import io.batchprocessor.spi.Result;
import io.batchprocessor.spi.ResultRejectedException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One thing to do when a delivery is settled, as {@code settle.lua} understands it.
 *
 * @param action its name
 * @param args what it needs
 * @param result what is stored; null if it is no result
 */
record Step(Delivery delivery, String action, List<byte[]> args, @Nullable Result result) {

  static Step acknowledge(Delivery delivery) {
    return new Step(delivery, "ack", List.of(), null);
  }

  static Step deadLetter(Delivery delivery, String reason) {
    return new Step(
        delivery,
        "dead",
        List.of(
            delivery.body().toByteArray(),
            Keys.utf8(reason),
            Keys.utf8(delivery.queue()),
            Keys.number(delivery.attempt())),
        null);
  }

  static Step result(Result result, String action, List<byte[]> args) {
    return new Step(result.delivery(), action, args, result);
  }

  static Step retry(Delivery delivery, String action, List<byte[]> args) {
    return new Step(delivery, action, args, null);
  }

  /** Roughly how many bytes it sends. */
  long size() {
    return args.stream().mapToLong(arg -> arg.length).sum();
  }

  /** What to throw when its result can never be stored. */
  RuntimeException rejected(String reason) {
    return result == null
        ? new IllegalStateException("'%s' stores no result: %s".formatted(action, reason))
        : new ResultRejectedException(result, reason);
  }
}
