package io.batchprocessor.gcp.pubsub;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableSet;
import java.util.Objects;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** Requests that wait until they are due, guarded by the retry queue's lock. */
final class Waiting {

  /** Leases are given in such steps, so that those of a batch need few calls. */
  private static final long STEP_SECONDS = 5;

  private final NavigableSet<Place> places =
      new TreeSet<>(Comparator.comparingLong(Place::dueNanos).thenComparingLong(Place::order));
  private final Room room;
  private long added;

  private record Place(long dueNanos, long order, Held held) {}

  Waiting(Room room) {
    this.room = room;
  }

  /** Whether nothing more should come. */
  boolean isFull() {
    return room.isFull();
  }

  void add(Held held, long dueNanos) {
    places.add(new Place(dueNanos, added++, held));
    room.add(held);
  }

  /**
   * Takes those for which there is no room, which are the ones due last, by the time for which they
   * should stay with the broker.
   */
  Map<Duration, List<Held>> takeExcess(long nowNanos) {
    List<Place> excess = new ArrayList<>();
    while (room.isExceeded()) {
      excess.add(removed(places.pollLast()));
    }
    return byDelay(excess, nowNanos);
  }

  private Place removed(@Nullable Place place) {
    Place gone = Objects.requireNonNull(place);
    room.remove(gone.held());
    return gone;
  }

  /** Takes those that are due, the one that has been due longest first. */
  List<Held> pollDue(int max, long nowNanos) {
    List<Held> due = new ArrayList<>();
    while (due.size() < max && nanosUntilDue(nowNanos) <= 0) {
      due.add(removed(places.pollFirst()).held());
    }
    return due;
  }

  /** How long until one is due; very long if none waits. */
  long nanosUntilDue(long nowNanos) {
    return places.isEmpty() ? Long.MAX_VALUE : places.first().dueNanos() - nowNanos;
  }

  /**
   * Those not due whose lease needs to be extended, or said once more, by the lease that they need.
   * What is due and not asked for is not among them: its lease ends, and another process can have
   * it.
   */
  Map<Duration, List<Held>> whoseLeaseEnds(long nowNanos, Duration lease) {
    long soon = lease.toNanos() / 3 * 2;
    Map<Duration, List<Held>> byLease = new LinkedHashMap<>();
    for (Place place : places) {
      long left = place.dueNanos() - nowNanos;
      boolean ends = place.held().leaseEndNanos() - nowNanos <= soon;
      if (left > 0 && (ends || place.held().isDoubtful())) {
        byLease
            .computeIfAbsent(leaseFor(Duration.ofNanos(left), lease), key -> new ArrayList<>())
            .add(place.held());
      }
    }
    return byLease;
  }

  /** Takes all, by the time for which they should stay with the broker. */
  Map<Duration, List<Held>> drain(long nowNanos) {
    List<Place> all = new ArrayList<>();
    while (!places.isEmpty()) {
      all.add(removed(places.pollFirst()));
    }
    return byDelay(all, nowNanos);
  }

  private static Map<Duration, List<Held>> byDelay(List<Place> some, long nowNanos) {
    Map<Duration, List<Held>> byDelay = new LinkedHashMap<>();
    for (Place place : some) {
      byDelay
          .computeIfAbsent(
              putOffFor(Duration.ofNanos(place.dueNanos() - nowNanos)), key -> new ArrayList<>())
          .add(place.held());
    }
    return byDelay;
  }

  /** A lease until something is due, and as much longer as anything is held. */
  static Duration leaseFor(Duration delay, Duration lease) {
    return delay.compareTo(PubSubSettings.LONGEST_LEASE) >= 0
        ? PubSubSettings.LONGEST_LEASE
        : shorter(
            Duration.ofSeconds(roundedUp(delay.toSeconds()) + lease.toSeconds()),
            PubSubSettings.LONGEST_LEASE);
  }

  /**
   * How long the broker is to keep something that is due then: whole seconds, ten minutes at most.
   */
  static Duration putOffFor(Duration delay) {
    return delay.isNegative()
        ? Duration.ZERO
        : shorter(
            Duration.ofSeconds(delay.plusMillis(999).toSeconds()), PubSubSettings.LONGEST_LEASE);
  }

  /** A moment that is so much later, or very late. */
  static long after(long nowNanos, Duration delay) {
    return nowNanos
        + (delay.compareTo(Duration.ofDays(365)) < 0 ? delay.toNanos() : Long.MAX_VALUE / 4);
  }

  private static long roundedUp(long seconds) {
    return (seconds + STEP_SECONDS) / STEP_SECONDS * STEP_SECONDS;
  }

  private static Duration shorter(Duration one, Duration other) {
    return one.compareTo(other) < 0 ? one : other;
  }
}
