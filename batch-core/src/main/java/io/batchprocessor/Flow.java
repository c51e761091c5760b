package io.batchprocessor;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * What is buffered of one tenant: what came back goes before what is new. Keeps the tenant's
 * deficit, and whether its next request has to wait.
 */
final class Flow {

  private final String tenant;
  private final Way retries;
  private final Way fresh;
  private long deficit;
  private @Nullable HeldRequest waiting;
  private long waitsUntilNanos;
  private boolean waitsAlone;
  private final Stay stay = Stay.untilThereIsRoom();

  /** What came on one lane. */
  private record Way(Lane lane, WaitingOrder order) {

    /** The next that is not decided yet. */
    @Nullable HeldRequest head() {
      HeldRequest head = order.peek();
      while (head != null && !head.isBuffered()) {
        remove();
        head = order.peek();
      }
      return head;
    }

    void remove() {
      order.remove();
      lane.left();
    }

    /** Takes all out that is not decided, and forgets the rest. */
    List<HeldRequest> removeBuffered() {
      List<HeldRequest> buffered = new ArrayList<>();
      for (HeldRequest request : order.removeAll()) {
        if (request.isBuffered()) {
          buffered.add(request);
        } else {
          lane.left();
        }
      }
      return buffered;
    }
  }

  Flow(String tenant, Lane retries, Lane fresh, Supplier<WaitingOrder> order) {
    this.tenant = tenant;
    this.retries = new Way(retries, order.get());
    this.fresh = new Way(fresh, order.get());
  }

  String tenant() {
    return tenant;
  }

  void add(HeldRequest request, Lane lane) {
    (lane == retries.lane() ? retries : fresh).order().add(request);
  }

  /** The one that goes next, without those that were decided; null if there is none. */
  @Nullable HeldRequest head() {
    HeldRequest head = retries.head();
    return head == null ? fresh.head() : head;
  }

  /** Takes out what {@link #head} gave, at the tenant's cost. */
  void remove(HeldRequest head) {
    deficit -= head.rank().cost();
    (retries.order().peek() == head ? retries : fresh).remove();
  }

  void credit(int quantum) {
    deficit += quantum;
  }

  boolean affords(HeldRequest head) {
    return deficit >= head.rank().cost();
  }

  void holdBack(HeldRequest head, long untilNanos, boolean alone) {
    waiting = head;
    waitsUntilNanos = untilNanos;
    waitsAlone = alone;
  }

  void letGo() {
    waiting = null;
  }

  boolean isWaiting() {
    return waiting != null;
  }

  boolean waitsAlone() {
    return waitsAlone;
  }

  /** Whether the gate was asked about another than what would go next by now. */
  boolean waitsForAnother() {
    return waiting != head();
  }

  long waitNanos(long nowNanos) {
    return waitsUntilNanos - nowNanos;
  }

  void forgetDecided() {
    for (Way way : List.of(retries, fresh)) {
      way.removeBuffered().forEach(way.order()::add);
    }
  }

  /** Gives up the half of what came on a lane that would go last. */
  List<HeldRequest> giveUpHalf(Lane lane) {
    Way way = lane == retries.lane() ? retries : fresh;
    List<HeldRequest> all = way.removeBuffered();
    int keeps = all.size() / 2;
    all.subList(0, keeps).forEach(way.order()::add);
    List<HeldRequest> others = all.subList(keeps, all.size());
    others.forEach(request -> lane.left());
    return others;
  }

  /** How long those that are given up now should stay with the broker. */
  long stayNanos(long nowNanos) {
    return stay.nanos(nowNanos);
  }
}
