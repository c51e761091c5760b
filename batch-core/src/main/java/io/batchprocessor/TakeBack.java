package io.batchprocessor;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * Takes requests in flight back for gates that want room: the newest first, of which the least work
 * is lost. Used by the dispatcher's thread only.
 */
final class TakeBack {

  private final List<Scope> scopes = new ArrayList<>();
  private final HeldMessages held;
  private final Attempts attempts;

  /** Aborted, and their permits may still be on their way to the gates. */
  private final List<HeldRequest> leaving = new ArrayList<>();

  /**
   * What a gate may want back.
   *
   * @param buffers of the queues whose requests need its permits
   */
  private record Scope(GuardedGate gate, List<QueueBuffer> buffers) {

    boolean covers(HeldRequest request) {
      return buffers.contains(request.buffer());
    }
  }

  TakeBack(List<WorkerPool> pools, HeldMessages held, Attempts attempts) {
    this.held = held;
    this.attempts = attempts;
    for (WorkerPool pool : pools) {
      scopes.add(new Scope(pool.gate(), pool.buffers()));
      for (QueueBuffer buffer : pool.buffers()) {
        buffer.gate().own().ifPresent(gate -> scopes.add(new Scope(gate, List.of(buffer))));
      }
    }
  }

  /** Asks every gate, and does what it says. */
  void look() {
    leaving.removeIf(HeldRequest::isPermitBack);
    scopes.forEach(this::look);
  }

  private void look(Scope scope) {
    int excess = scope.gate().excess();
    if (excess > 0) {
      long alreadyLeaving = leaving.stream().filter(scope::covers).count();
      held.requests()
          .filter(request -> request.isInFlight() && scope.covers(request))
          .sorted(newestFirst())
          .limit(Math.max(0, excess - alreadyLeaving))
          .forEach(request -> takeBack(request, scope.gate()));
    }
  }

  private void takeBack(HeldRequest request, GuardedGate gate) {
    if (attempts.takeBack(request, gate.name()) && !request.isPermitBack()) {
      leaving.add(request);
    }
  }

  /** By difference: a ticker may start anywhere. */
  private static Comparator<HeldRequest> newestFirst() {
    return (a, b) -> Long.signum(b.dispatchedNanos() - a.dispatchedNanos());
  }
}
