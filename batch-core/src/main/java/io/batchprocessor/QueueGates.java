package io.batchprocessor;

import io.batchprocessor.gate.CompositeGate;
import io.batchprocessor.spi.DispatchGate;
import io.batchprocessor.spi.RequestView;
import io.batchprocessor.spi.Verdict;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The gates that a queue's requests pass: its own, if it has one, then its pool's; both or none.
 */
final class QueueGates {

  private final @Nullable GuardedGate own;
  private final DispatchGate all;

  private QueueGates(@Nullable GuardedGate own, DispatchGate all) {
    this.own = own;
    this.all = all;
  }

  static QueueGates of(@Nullable GuardedGate own, GuardedGate ofPool) {
    return new QueueGates(own, own == null ? ofPool : CompositeGate.of(List.of(own, ofPool)));
  }

  /** The queue's own. */
  Optional<GuardedGate> own() {
    return Optional.ofNullable(own);
  }

  String name() {
    return all.name();
  }

  Verdict tryAcquire(RequestView request) {
    return all.tryAcquire(request);
  }

  /** Whether a request could go at all. */
  boolean isOpen() {
    return all.budget() > 0;
  }
}
