package io.batchprocessor;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Tenants take turns, each for as many estimated tokens as the others, by deficit round robin
 * (Shreedhar and Varghese, Efficient Fair Queueing Using Deficit Round-Robin, IEEE/ACM Transactions
 * on Networking 4(3), 1996). Over any time in which two tenants always have something buffered, the
 * costs of what they sent differ by {@link #QUANTUM} and twice the largest cost of one request at
 * most (their bound on fairness), however many others there are. A request of the largest cost
 * there is takes {@link Ranking#MOST_COST} / {@link #QUANTUM} turns to be afforded, others fewer.
 *
 * <p>A tenant whose next request has to wait stands aside and gathers no credit; the others go on.
 * There are at most as many tenants as buffered requests.
 */
final class FairLine implements Line {

  /** A request or a few of usual size: small, so that turns are short. In estimated tokens. */
  static final int QUANTUM = 1_024;

  /**
   * How many tenants in a row are told to wait before it is taken for granted that the gate is
   * closed for all: with a thousand of them, asking about each at every permit would cost more than
   * the requests do. Those behind are asked about a moment later.
   */
  private static final int ASKED_IN_VAIN = 16;

  private static final long MOMENT_NANOS = Duration.ofMillis(1).toNanos();

  private final Lane retries;
  private final Lane fresh;
  private final Supplier<WaitingOrder> order;
  private final LongSupplier ticker;
  private final Map<String, Flow> flows = new HashMap<>();
  private final ArrayDeque<Flow> turns = new ArrayDeque<>();
  private final Set<Flow> aside = new LinkedHashSet<>();
  private int askedInVain;

  FairLine(Lane retries, Lane fresh, QueueOrder order, LongSupplier ticker) {
    this.retries = retries;
    this.fresh = fresh;
    this.order =
        order.prefixOrder() == 0
            ? ArrivalOrder::new
            : () -> new PrefixOrder(order.prefixTolerance().toMillis());
    this.ticker = ticker;
  }

  @Override
  public @Nullable HeldRequest next() {
    takeOver(retries);
    takeOver(fresh);
    while (askedInVain < ASKED_IN_VAIN && !turns.isEmpty()) {
      Flow flow = turns.element();
      HeldRequest head = flow.head();
      if (head == null) {
        leave(flow);
      } else if (flow.affords(head)) {
        return head;
      } else {
        turns.remove();
        flow.credit(QUANTUM);
        turns.add(flow);
      }
    }
    return null;
  }

  private void takeOver(Lane lane) {
    for (HeldRequest some = lane.takeOver(); some != null; some = lane.takeOver()) {
      Flow flow = flows.computeIfAbsent(some.rank().tenant(), this::join);
      flow.add(some, lane);
      if (flow.isWaiting() && flow.waitsForAnother()) {
        comeBack(flow);
        aside.remove(flow);
      }
    }
  }

  private Flow join(String tenant) {
    Flow flow = new Flow(tenant, retries, fresh, order);
    flow.credit(QUANTUM);
    turns.add(flow);
    return flow;
  }

  private void leave(Flow flow) {
    turns.remove();
    flows.remove(flow.tenant());
  }

  private void comeBack(Flow flow) {
    flow.letGo();
    turns.add(flow);
  }

  /** What {@link #next} gave is of the tenant whose turn it is. */
  @Override
  public void remove(HeldRequest next) {
    Flow flow = turns.element();
    flow.remove(next);
    askedInVain = 0;
    if (flow.head() == null) {
      leave(flow);
    }
  }

  @Override
  public void holdBack(HeldRequest next, long untilNanos, boolean alone) {
    Flow flow = turns.remove();
    flow.holdBack(next, untilNanos, alone);
    aside.add(flow);
    askedInVain++;
  }

  @Override
  public void letGo(boolean all) {
    askedInVain = 0;
    if (aside.isEmpty()) {
      return;
    }
    long now = ticker.getAsLong();
    for (Iterator<Flow> some = aside.iterator(); some.hasNext(); ) {
      Flow flow = some.next();
      if (all || flow.waitNanos(now) <= 0 || flow.waitsForAnother()) {
        comeBack(flow);
        some.remove();
      }
    }
  }

  @Override
  public long heldBackNanos(long nowNanos) {
    long nearest = askedInVain >= ASKED_IN_VAIN && !turns.isEmpty() ? MOMENT_NANOS : Long.MAX_VALUE;
    for (Flow flow : aside) {
      nearest = Math.min(nearest, Math.max(0, flow.waitNanos(nowNanos)));
    }
    return nearest;
  }

  @Override
  public void forgetDecided() {
    takeOver(retries);
    takeOver(fresh);
    flows.values().forEach(Flow::forgetDecided);
  }

  @Override
  public List<Overstay> overstays() {
    if (aside.isEmpty()) {
      return List.of();
    }
    forgetDecided();
    boolean onlyThey = aside.size() == flows.size() && aside.stream().allMatch(Flow::waitsAlone);
    List<Overstay> all = new ArrayList<>();
    if (onlyThey && !(retries.isHalfEmpty() && fresh.isHalfEmpty())) {
      aside.forEach(flow -> giveUp(flow, all));
    }
    return all;
  }

  private void giveUp(Flow flow, List<Overstay> all) {
    List<HeldRequest> some = new ArrayList<>();
    for (Lane lane : List.of(retries, fresh)) {
      if (!lane.isHalfEmpty()) {
        some.addAll(flow.giveUpHalf(lane));
      }
    }
    if (!some.isEmpty()) {
      long nanos = flow.stayNanos(ticker.getAsLong());
      some.forEach(request -> all.add(new Overstay(request, nanos)));
    }
  }
}
