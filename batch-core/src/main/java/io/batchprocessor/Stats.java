package io.batchprocessor;

import io.batchprocessor.message.ErrorCode;
import io.batchprocessor.spi.ProcessorState;
import java.util.Map;

/**
 * What a processor has done since it started, and what it holds now: one immutable snapshot. Counts
 * are of this process alone.
 *
 * @param state where the processor is in its life
 * @param received messages taken from the broker, retries included
 * @param dispatched attempts begun
 * @param shed attempts that the gateway answered with 429
 * @param succeeded results stored that carry an answer
 * @param errors results stored that carry an error, by code; every code is there
 * @param retried further attempts stored in the retry queue
 * @param waitingForRetry of these, how many have not come back here; another process may have them
 * @param released requests handed back to the broker
 * @param takenBack of these, how many were in flight and a gate wanted room
 * @param leasesLost requests that another process may hold by now
 * @param deadLettered messages without an id
 * @param brokerFailures calls to the broker that failed and were repeated
 * @param userCodeFailures faults in policies, gates, strategies, transforms and listeners that were
 *     survived
 * @param inFlight requests that the gateway works on
 * @param buffered requests taken from the broker that wait for dispatch
 * @param settling decisions that are not stored yet
 */
public record Stats(
    ProcessorState state,
    long received,
    long dispatched,
    long shed,
    long succeeded,
    Map<ErrorCode, Long> errors,
    long retried,
    long waitingForRetry,
    long released,
    long takenBack,
    long leasesLost,
    long deadLettered,
    long brokerFailures,
    long userCodeFailures,
    int inFlight,
    int buffered,
    int settling) {

  /** Copies the map. */
  public Stats {
    errors = Map.copyOf(errors);
  }

  /** Results stored, of either kind. */
  public long finished() {
    return succeeded + failed();
  }

  /** Results stored that carry an error. */
  public long failed() {
    return errors.values().stream().mapToLong(Long::longValue).sum();
  }

  /** Results stored with this error. */
  public long errors(ErrorCode code) {
    return errors.getOrDefault(code, 0L);
  }
}
