package io.batchprocessor.kitcheck;

import static io.batchprocessor.kitcheck.Fault.transport;

import io.batchprocessor.message.Bytes;
import io.batchprocessor.spi.Delivery;
import io.batchprocessor.spi.RequestQueue;
import io.batchprocessor.spi.RetryQueue;
import io.batchprocessor.spi.Settings;
import io.batchprocessor.spi.WaitingMessage;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.BrokenBarrierException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.UnaryOperator;

/** Faults of {@code receive}. */
final class ReceiveFaults {

  private ReceiveFaults() {}

  static List<Fault> all() {
    return List.of(
        transport("ignores max", IgnoresMax::new, 201),
        transport("waits until a batch is full", WaitsForFullBatch::new, 201),
        transport("takes a wait of zero for one without end", WaitsForEver::new, 202),
        transport("does not wait for a moment", DoesNotWait::new, 202),
        transport("returns null for nothing", ReturnsNull::new, 202),
        transport(
            "forgets how often it delivered", (b, s) -> changed(b, s, ReceiveFaults::first), 206),
        transport(
            "forgets the attempt when a lease runs out",
            (b, s) -> changed(b, s, ReceiveFaults::firstAttempt),
            206),
        transport("counts a release as a delivery", CountsReleases::new, 204),
        transport("trims the body", (b, s) -> changed(b, s, ReceiveFaults::trimmed), 211),
        transport("starts to count deliveries at two", CountsFromTwo::new, 212),
        transport("swallows the interrupt", SwallowsInterrupt::new, 214),
        transport("loses what it took when interrupted", LosesOnInterrupt::new, 214),
        transport("hands out nothing without its broker", SilentWithoutBroker::new, 215),
        transport("lets a receive wait on after close", WaitsAfterClose::new, 216),
        transport("takes a max of zero", TakesZero::new, 217),
        transport("mixes two queues up", MixesQueues::new, 218),
        transport("hands out the newest first", NewestFirst::new, 652),
        transport("hands out the retry due last first", DueLastFirst::new, 304),
        transport("claims in two steps", ClaimsInTwoSteps::new, 203),
        transport("does not wake up when a retry is due", SleepsOn::new, 201, 308));
  }

  private static BrokerTransport changed(
      MemoryBroker broker, Settings settings, UnaryOperator<Delivery> change) {
    return new BrokerTransport(broker, settings) {
      @Override
      List<Delivery> receive(RequestQueue queue, int max, Duration maxWait)
          throws InterruptedException {
        return super.receive(queue, max, maxWait).stream().map(change).toList();
      }
    };
  }

  private static Delivery first(Delivery delivery) {
    return Copies.of(delivery).deliveryCount(1).build();
  }

  private static Delivery firstAttempt(Delivery delivery) {
    return delivery.deliveryCount() > 1 ? Copies.of(delivery).attempt(1).build() : delivery;
  }

  private static Delivery trimmed(Delivery delivery) {
    return Copies.of(delivery, Bytes.utf8(delivery.body().toUtf8().strip())).build();
  }

  private static final class CountsFromTwo extends BrokerTransport {
    CountsFromTwo(MemoryBroker broker, Settings settings) {
      super(broker, settings);
    }

    @Override
    List<Delivery> receive(RequestQueue queue, int max, Duration maxWait)
        throws InterruptedException {
      int from = queue instanceof RetryQueue ? 0 : 1;
      return super.receive(queue, max, maxWait).stream()
          .map(d -> Copies.of(d).deliveryCount(d.deliveryCount() + from).build())
          .toList();
    }
  }

  private static final class IgnoresMax extends BrokerTransport {
    IgnoresMax(MemoryBroker broker, Settings settings) {
      super(broker, settings);
    }

    @Override
    List<Delivery> receive(RequestQueue queue, int max, Duration maxWait)
        throws InterruptedException {
      return super.receive(queue, max < 1 ? max : 100, maxWait);
    }
  }

  private static final class WaitsForFullBatch extends BrokerTransport {
    WaitsForFullBatch(MemoryBroker broker, Settings settings) {
      super(broker, settings);
    }

    @Override
    List<Delivery> receive(RequestQueue queue, int max, Duration maxWait)
        throws InterruptedException {
      long end = System.nanoTime() + maxWait.toNanos();
      List<Delivery> batch = new ArrayList<>(super.receive(queue, max, maxWait));
      while (!batch.isEmpty() && batch.size() < max && System.nanoTime() < end) {
        batch.addAll(super.receive(queue, max - batch.size(), Duration.ofMillis(20)));
      }
      return batch;
    }
  }

  private static final class WaitsForEver extends BrokerTransport {
    WaitsForEver(MemoryBroker broker, Settings settings) {
      super(broker, settings);
    }

    @Override
    List<Delivery> receive(RequestQueue queue, int max, Duration maxWait)
        throws InterruptedException {
      return super.receive(queue, max, maxWait.isZero() ? Duration.ofDays(1) : maxWait);
    }
  }

  /** Finds short waits not worth while. */
  private static final class DoesNotWait extends BrokerTransport {
    DoesNotWait(MemoryBroker broker, Settings settings) {
      super(broker, settings);
    }

    @Override
    List<Delivery> receive(RequestQueue queue, int max, Duration maxWait)
        throws InterruptedException {
      return super.receive(
          queue, max, maxWait.compareTo(Duration.ofSeconds(1)) < 0 ? Duration.ZERO : maxWait);
    }
  }

  private static final class ReturnsNull extends BrokerTransport {
    ReturnsNull(MemoryBroker broker, Settings settings) {
      super(broker, settings);
    }

    @Override
    List<Delivery> receive(RequestQueue queue, int max, Duration maxWait)
        throws InterruptedException {
      List<Delivery> deliveries = super.receive(queue, max, maxWait);
      return deliveries.isEmpty() ? null : deliveries;
    }
  }

  /** As a broker does that counts how often it handed a message out. */
  private static final class CountsReleases extends BrokerTransport {
    private final Map<String, Integer> counts = new ConcurrentHashMap<>();

    CountsReleases(MemoryBroker broker, Settings settings) {
      super(broker, settings);
    }

    @Override
    List<Delivery> receive(RequestQueue queue, int max, Duration maxWait)
        throws InterruptedException {
      return super.receive(queue, max, maxWait).stream()
          .map(
              delivery -> {
                int releases = counts.getOrDefault(queue.name() + delivery.body().toUtf8(), 0);
                return Copies.of(delivery)
                    .deliveryCount(delivery.deliveryCount() + releases)
                    .build();
              })
          .toList();
    }

    @Override
    void release(RequestQueue queue, List<Delivery> deliveries) {
      super.release(queue, deliveries);
      deliveries.forEach(
          delivery -> counts.merge(queue.name() + delivery.body().toUtf8(), 1, Integer::sum));
    }
  }

  private static final class SwallowsInterrupt extends BrokerTransport {
    SwallowsInterrupt(MemoryBroker broker, Settings settings) {
      super(broker, settings);
    }

    @Override
    List<Delivery> receive(RequestQueue queue, int max, Duration maxWait) {
      try {
        return super.receive(queue, max, maxWait);
      } catch (InterruptedException e) {
        return List.of();
      }
    }
  }

  private static final class LosesOnInterrupt extends BrokerTransport {
    LosesOnInterrupt(MemoryBroker broker, Settings settings) {
      super(broker, settings);
    }

    @Override
    List<Delivery> receive(RequestQueue queue, int max, Duration maxWait)
        throws InterruptedException {
      if (Thread.interrupted()) {
        List<Delivery> taken = super.receive(queue, max, maxWait);
        if (!taken.isEmpty()) {
          acknowledge(queue, taken);
        }
        throw new InterruptedException();
      }
      return super.receive(queue, max, maxWait);
    }
  }

  private static final class SilentWithoutBroker extends BrokerTransport {
    SilentWithoutBroker(MemoryBroker broker, Settings settings) {
      super(broker, settings);
    }

    @Override
    List<Delivery> receive(RequestQueue queue, int max, Duration maxWait)
        throws InterruptedException {
      return broker().isDown() ? List.of() : super.receive(queue, max, maxWait);
    }
  }

  private static final class WaitsAfterClose extends BrokerTransport {
    WaitsAfterClose(MemoryBroker broker, Settings settings) {
      super(broker, settings);
    }

    @Override
    List<Delivery> receive(RequestQueue queue, int max, Duration maxWait)
        throws InterruptedException {
      reach();
      return queue.receive(max, maxWait);
    }
  }

  private static final class TakesZero extends BrokerTransport {
    TakesZero(MemoryBroker broker, Settings settings) {
      super(broker, settings);
    }

    @Override
    List<Delivery> receive(RequestQueue queue, int max, Duration maxWait)
        throws InterruptedException {
      return max == 0 ? List.of() : super.receive(queue, max, maxWait);
    }
  }

  private static final class MixesQueues extends BrokerTransport {
    MixesQueues(MemoryBroker broker, Settings settings) {
      super(broker, settings);
    }

    @Override
    List<Delivery> receive(RequestQueue queue, int max, Duration maxWait)
        throws InterruptedException {
      List<Delivery> own = super.receive(queue, max, maxWait);
      return own.isEmpty() && queue.name().startsWith("b")
          ? super.receive(store().requestQueues().get(0), max, Duration.ZERO)
          : own;
    }
  }

  private static final class NewestFirst extends BrokerTransport {
    NewestFirst(MemoryBroker broker, Settings settings) {
      super(broker, settings);
    }

    @Override
    List<Delivery> receive(RequestQueue queue, int max, Duration maxWait)
        throws InterruptedException {
      return reversed(queue instanceof RetryQueue ? 1 : max, super.receive(queue, max, maxWait));
    }
  }

  private static final class DueLastFirst extends BrokerTransport {
    DueLastFirst(MemoryBroker broker, Settings settings) {
      super(broker, settings);
    }

    @Override
    List<Delivery> receive(RequestQueue queue, int max, Duration maxWait)
        throws InterruptedException {
      return reversed(queue instanceof RetryQueue ? max : 1, super.receive(queue, max, maxWait));
    }
  }

  private static List<Delivery> reversed(int max, List<Delivery> deliveries) {
    List<Delivery> reversed = new ArrayList<>(deliveries);
    if (max > 1) {
      Collections.reverse(reversed);
    }
    return reversed;
  }

  /**
   * Looks what there is, then takes that, whoever has taken it meanwhile. Only when it sees ten at
   * once does it give another process the time to look too.
   */
  private static final class ClaimsInTwoSteps extends BrokerTransport {
    private static final Map<MemoryBroker, Claims> CLAIMS = new ConcurrentHashMap<>();

    private static final class Claims {
      final Map<Bytes, Delivery> taken = new ConcurrentHashMap<>();
      volatile CyclicBarrier twoHaveLooked = new CyclicBarrier(2);
    }

    ClaimsInTwoSteps(MemoryBroker broker, Settings settings) {
      super(broker, settings);
    }

    @Override
    List<Delivery> receive(RequestQueue queue, int max, Duration maxWait)
        throws InterruptedException {
      List<WaitingMessage> seen =
          max == 10 ? store().peek(queue.name(), max, Integer.MAX_VALUE) : List.of();
      if (seen.size() < 10) {
        return super.receive(queue, max, maxWait);
      }
      Claims claims = CLAIMS.computeIfAbsent(broker(), key -> new Claims());
      letAnotherLook(claims);
      super.receive(queue, max, Duration.ZERO)
          .forEach(delivery -> claims.taken.put(delivery.body(), delivery));
      return seen.stream()
          .map(message -> claims.taken.get(message.body()))
          .filter(Objects::nonNull)
          .map(delivery -> Copies.of(delivery).build())
          .toList();
    }

    private static void letAnotherLook(Claims claims) throws InterruptedException {
      CyclicBarrier twoHaveLooked = claims.twoHaveLooked;
      try {
        twoHaveLooked.await(1, TimeUnit.SECONDS);
      } catch (TimeoutException | BrokenBarrierException e) {
        claims.twoHaveLooked = new CyclicBarrier(2);
      }
    }
  }

  /** Looks for what is due before it sleeps and after, not in between. */
  private static final class SleepsOn extends BrokerTransport {
    SleepsOn(MemoryBroker broker, Settings settings) {
      super(broker, settings);
    }

    @Override
    List<Delivery> receive(RequestQueue queue, int max, Duration maxWait)
        throws InterruptedException {
      if (!(queue instanceof RetryQueue) || maxWait.toMillis() < 1_000) {
        return super.receive(queue, max, maxWait);
      }
      List<Delivery> before = super.receive(queue, max, Duration.ZERO);
      long end = System.nanoTime() + maxWait.toNanos();
      while (before.isEmpty() && System.nanoTime() < end) {
        super.receive(store().requestQueues().get(1), 1, Duration.ofMillis(20));
      }
      return before.isEmpty() ? super.receive(queue, max, Duration.ZERO) : before;
    }
  }
}
