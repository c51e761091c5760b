package io.batchprocessor.spi;

import java.util.List;
import java.util.Optional;

/** What a {@link BatchListener} sees of a worker pool. Safe for use by several threads. */
public interface PoolView {

  /** The pool's name. */
  String name();

  /** The names of its request queues; the same ones every time. */
  List<String> queues();

  /** The most requests that it has in flight. */
  int concurrency();

  /** Its requests that the gateway works on. */
  int inFlight();

  /** Requests of one of its queues that were taken from the broker and wait for dispatch. */
  int buffered(String queue);

  /** Its gate. */
  GateView gate();

  /** The gate that one of its queues has of its own beside the pool's; empty if it has none. */
  Optional<GateView> gate(String queue);
}
