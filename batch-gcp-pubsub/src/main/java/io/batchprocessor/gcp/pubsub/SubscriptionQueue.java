package io.batchprocessor.gcp.pubsub;

import io.batchprocessor.spi.Delivery;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A subscription as a queue of requests. */
final class SubscriptionQueue extends PulledQueue {

  /** So many may wait behind others of their ordering keys before no more are asked for. */
  private static final int MOST_IN_LINE = 1_000;

  private final Source source;
  private final ArrayDeque<Held> atHand = new ArrayDeque<>();
  private final OrderedLines lines;

  SubscriptionQueue(
      Source source,
      PubSubClient client,
      Connection connection,
      Leases leases,
      PubSubConfig config,
      Messages messages) {
    super(
        config.pull(),
        client,
        connection,
        leases,
        config,
        source,
        (message, keeper) -> messages.request(source, keeper, message));
    this.source = source;
    this.lines = new OrderedLines(new Room(MOST_IN_LINE, Room.bytes() / config.requests().size()));
    if (source.ordered()) {
      connection.every(lease().dividedBy(4), this::extendLines);
    }
  }

  @Override
  public String name() {
    return source.queue();
  }

  @Override
  List<Held> poll(int max, long nowNanos) {
    List<Held> taken = new ArrayList<>();
    while (taken.size() < max && !atHand.isEmpty()) {
      Held held = atHand.remove();
      if (held.isHeld(nowNanos)) {
        taken.add(held);
      } else {
        held.givenUp();
      }
    }
    return taken;
  }

  @Override
  boolean hasRoom() {
    return !lines.isFull();
  }

  @Override
  void add(List<Held> messages) {
    messages.stream().filter(lines::admits).forEach(atHand::add);
  }

  @Override
  Collection<Held> unclaimed() {
    return atHand;
  }

  @Override
  public void ended(Held held, boolean acknowledged) {
    if (held.orderingKey().isEmpty()) {
      return;
    }
    List<Held> behind = new ArrayList<>();
    change(
        () -> {
          if (acknowledged) {
            @Nullable Held next = lines.next(held);
            if (next != null) {
              atHand.add(next);
            }
          } else {
            behind.addAll(lines.leave(held));
          }
        });
    if (!behind.isEmpty()) {
      var unused = leases().releaseLater(behind);
    }
  }

  private void extendLines() {
    List<Held> waiting = locked(lines::all);
    if (!waiting.isEmpty()) {
      leases().extendLater(waiting, lease());
    }
  }

  @Override
  public void release(List<Delivery> deliveries) {
    List<Held> held = Deliveries.of(deliveries, client()).held();
    List<Held> behind = new ArrayList<>();
    change(() -> held.forEach(first -> behind.addAll(lines.takeBehind(first))));
    if (!behind.isEmpty()) {
      var unused = PubSubClient.await(leases().releaseLater(behind));
    }
    leases().release(held);
  }

  /** Gives back what nobody was given yet. */
  List<Held> drain() {
    return locked(
        () -> {
          List<Held> left = new ArrayList<>(atHand);
          left.addAll(lines.all());
          atHand.clear();
          return left;
        });
  }

  @Override
  public String toString() {
    return "SubscriptionQueue[%s]".formatted(source.name());
  }
}
