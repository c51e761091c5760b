package io.batchprocessor.gate;

import io.batchprocessor.spi.AttemptOutcome;
import io.batchprocessor.spi.DispatchGate;
import io.batchprocessor.spi.Permit;
import io.batchprocessor.spi.RequestView;
import io.batchprocessor.spi.Verdict;
import io.batchprocessor.spi.YieldingGate;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.stream.Collectors;

/**
 * Several gates that all have to agree. They are asked in order; the first that does not let a
 * request go decides, and the permits that were taken before go back unused. So it is, too, if a
 * gate throws: then the composite throws what it threw.
 *
 * <p>Its budget is the least, its excess the greatest of theirs. Closing it closes them.
 */
public final class CompositeGate implements YieldingGate {

  private final List<DispatchGate> gates;

  private CompositeGate(List<DispatchGate> gates) {
    this.gates = gates;
  }

  /**
   * Puts gates together; the cheapest, and those that count what is sent, best stand last.
   *
   * @throws IllegalArgumentException if there are none
   */
  public static CompositeGate of(List<? extends DispatchGate> gates) {
    if (gates.isEmpty()) {
      throw new IllegalArgumentException("gates must not be empty");
    }
    return new CompositeGate(List.copyOf(gates));
  }

  List<DispatchGate> gates() {
    return gates;
  }

  /** Such as {@code composite(rate, scrape)}. */
  @Override
  public String name() {
    return gates.stream()
        .map(DispatchGate::name)
        .collect(Collectors.joining(", ", "composite(", ")"));
  }

  @Override
  public Verdict tryAcquire(RequestView request) {
    List<Permit> taken = new ArrayList<>(gates.size());
    boolean all = false;
    try {
      for (DispatchGate gate : gates) {
        Verdict verdict = gate.tryAcquire(request);
        if (verdict == null) {
          throw new IllegalStateException("gate '%s' returned null".formatted(gate.name()));
        }
        if (!(verdict instanceof Verdict.Go go)) {
          return verdict;
        }
        taken.add(go.permit());
      }
      all = true;
      return new Verdict.Go(new AllPermits(taken));
    } finally {
      if (!all) {
        forEachFromLast(taken, Permit::returnUnused);
      }
    }
  }

  @Override
  public double budget() {
    return gates.stream().mapToDouble(DispatchGate::budget).min().orElse(1);
  }

  @Override
  public int excess() {
    return gates.stream()
        .mapToInt(gate -> gate instanceof YieldingGate yielding ? yielding.excess() : 0)
        .max()
        .orElse(0);
  }

  /** Those of all gates, each after its gate's name: {@code rate.tokens}. */
  @Override
  public Map<String, Double> measurements() {
    Map<String, Double> all = new LinkedHashMap<>();
    Map<String, Integer> seen = new LinkedHashMap<>();
    for (DispatchGate gate : gates) {
      int times = seen.merge(gate.name(), 1, Integer::sum);
      String prefix = times == 1 ? gate.name() + "." : gate.name() + "-" + times + ".";
      gate.measurements().forEach((name, value) -> all.put(prefix + name, value));
    }
    return all;
  }

  @Override
  public void close() {
    closeAll(gates);
  }

  /** Closes each, whatever fails, the last first. */
  static void closeAll(List<? extends DispatchGate> gates) {
    forEachFromLast(gates, DispatchGate::close);
  }

  /** Lets a request go with two permits. */
  static Verdict.Go both(Permit first, Permit second) {
    return new Verdict.Go(new AllPermits(List.of(first, second)));
  }

  /** Does it with each, whatever fails, and then throws what failed first. */
  private static <T> void forEachFromLast(List<? extends T> all, Consumer<T> action) {
    Throwable failure = null;
    for (int i = all.size() - 1; i >= 0; i--) {
      try {
        action.accept(all.get(i));
      } catch (RuntimeException | Error e) {
        if (failure == null) {
          failure = e;
        } else if (failure != e) {
          failure.addSuppressed(e);
        }
      }
    }
    if (failure instanceof Error error) {
      throw error;
    }
    if (failure instanceof RuntimeException exception) {
      throw exception;
    }
  }

  /** The permits of one request: back in the reverse of the order in which they were taken. */
  private record AllPermits(List<Permit> permits) implements Permit {

    @Override
    public void release(AttemptOutcome outcome) {
      forEachFromLast(permits, permit -> permit.release(outcome));
    }

    @Override
    public void returnUnused() {
      forEachFromLast(permits, Permit::returnUnused);
    }
  }
}
