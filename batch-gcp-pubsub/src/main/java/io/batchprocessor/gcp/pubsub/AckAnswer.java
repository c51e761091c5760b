package io.batchprocessor.gcp.pubsub;

import com.google.api.gax.rpc.ApiException;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What became of a call about ack ids. All others went through.
 *
 * @param refused those that are not ours any more
 * @param undecided those that have to be asked again
 */
record AckAnswer(Set<String> refused, Set<String> undecided) {

  static final AckAnswer ALL_WELL = new AckAnswer(Set.of(), Set.of());

  AckAnswer and(AckAnswer other) {
    return new AckAnswer(union(refused, other.refused), union(undecided, other.undecided));
  }

  private static Set<String> union(Set<String> some, Set<String> more) {
    Set<String> all = new HashSet<>(some);
    all.addAll(more);
    return all;
  }

  /**
   * What an exactly-once subscription says of each ack id that did not go through; null if it says
   * nothing. One that is out of order could go through after another one did; but nobody who
   * settles one batch after another may wait for that, so it counts as refused, and the message
   * comes again.
   *
   * @see <a href="https://cloud.google.com/pubsub/docs/exactly-once-delivery">Exactly-once
   *     delivery</a>
   */
  static @Nullable AckAnswer find(@Nullable Throwable thrown) {
    if (!(thrown instanceof ApiException answer)
        || answer.getErrorDetails() == null
        || answer.getErrorDetails().getErrorInfo() == null) {
      return null;
    }
    Map<String, String> reasons =
        new HashMap<>(answer.getErrorDetails().getErrorInfo().getMetadataMap());
    reasons.values().removeIf(reason -> !reason.matches("(PERMANENT|TRANSIENT)_FAILURE_.*"));
    if (reasons.isEmpty()) {
      return null;
    }
    Set<String> refused = new HashSet<>();
    Set<String> undecided = new HashSet<>();
    reasons.forEach(
        (id, reason) ->
            (reason.startsWith("PERMANENT") || reason.contains("UNORDERED") ? refused : undecided)
                .add(id));
    return new AckAnswer(refused, undecided);
  }
}
