package io.batchprocessor;

import java.util.ArrayDeque;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** First come, first served. */
final class ArrivalOrder implements WaitingOrder {

  private final ArrayDeque<HeldRequest> requests = new ArrayDeque<>();

  @Override
  public void add(HeldRequest request) {
    requests.add(request);
  }

  @Override
  public @Nullable HeldRequest peek() {
    return requests.peek();
  }

  @Override
  public void remove() {
    requests.remove();
  }

  @Override
  public List<HeldRequest> removeAll() {
    List<HeldRequest> all = List.copyOf(requests);
    requests.clear();
    return all;
  }
}
