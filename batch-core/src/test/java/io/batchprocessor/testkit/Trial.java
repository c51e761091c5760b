package io.batchprocessor.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import io.batchprocessor.message.Bytes;
import io.batchprocessor.message.ResultMessage;
import io.batchprocessor.spi.Delivery;
import io.batchprocessor.spi.Producer;
import io.batchprocessor.spi.RequestQueue;
import io.batchprocessor.spi.Transport;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.opentest4j.TestAbortedException;

/** One rule's test of an adapter: a fresh set of queues, and the transports opened on it. */
final class Trial implements AutoCloseable {

  /** How long to look for what must not be there: a shorter time only finds less. */
  static final Duration QUIET = Duration.ofMillis(250);

  /** A delay that is as good as none: that none is taken is a rule of its own. */
  static final Duration SOON = Duration.ofMillis(1);

  /** How many rounds a machine may be too slow for a scenario. */
  private static final int ROUNDS = 10;

  private final Supplier<AdapterUnderTest> adapters;
  private final AdapterUnderTest adapter;
  private final int rule;
  private final List<Transport> opened = new ArrayList<>();
  private final List<String> notes;
  private boolean shortLease;
  private @Nullable Transport first;
  private @Nullable Transport second;

  Trial(Supplier<AdapterUnderTest> adapters, int rule) {
    this(adapters, rule, new ArrayList<>());
  }

  private Trial(Supplier<AdapterUnderTest> adapters, int rule, List<String> notes) {
    this.adapters = adapters;
    this.adapter = adapters.get();
    this.rule = rule;
    this.notes = notes;
  }

  /** A scenario that has to be over before a lease ends. */
  @FunctionalInterface
  interface Scenario {
    void run(Trial trial, Hold hold) throws Exception;
  }

  /** A call that may throw anything. */
  @FunctionalInterface
  interface Call<T> {
    T run() throws Exception;
  }

  AdapterUnderTest adapter() {
    return adapter;
  }

  Duration patience() {
    return adapter.patience();
  }

  /** Ends the test without a verdict. */
  TestAbortedException skip(String reason) {
    return new TestAbortedException("rule %d skipped: %s".formatted(rule, reason));
  }

  /** Tells the report that a part of the rule was not tested. */
  void partly(String reason) {
    if (!notes.contains(reason)) {
      notes.add(reason);
    }
  }

  List<String> notes() {
    return notes;
  }

  /** Goes on only if a second process can see the same queues. */
  void needSharedQueues() {
    if (adapter.ephemeral() != null) {
      throw skip(adapter.ephemeral());
    }
  }

  Broker needBroker() {
    if (adapter.broker() == null) {
      throw skip("there is no broker that may be killed");
    }
    return adapter.broker();
  }

  /** The transport as one with an optional ability. */
  <T> T need(Class<T> ability, Transport transport) {
    if (!ability.isInstance(transport)) {
      throw skip("the transport has no " + ability.getSimpleName());
    }
    return ability.cast(transport);
  }

  /** From here on transports are opened with the short lease. */
  Trial withShortLease() {
    if (!adapter.hasLeases()) {
      throw skip("deliveries have no lease");
    }
    shortLease = true;
    return this;
  }

  Duration lease() {
    return adapter.shortLease();
  }

  /**
   * Runs a scenario on queues of its own with the short lease. If it fails after the lease may have
   * ended, the machine was too slow, and it begins again.
   */
  void beforeLeaseEnds(Scenario scenario) throws Exception {
    for (int round = 1; ; round++) {
      try (Trial trial = new Trial(adapters, rule, notes).withShortLease()) {
        Hold hold = new Hold(trial.lease());
        try {
          scenario.run(trial, hold);
          return;
        } catch (AssertionError e) {
          if (hold.lasts() || round == ROUNDS) {
            throw e;
          }
        }
      }
    }
  }

  /** A trial of the same rule on other queues. */
  Trial another() {
    return new Trial(adapters, rule, notes);
  }

  /** Does something with a delivery. */
  @FunctionalInterface
  interface Taking {
    void over(Trial trial, Delivery delivery) throws Exception;
  }

  /** Looks at what has become of it. */
  @FunctionalInterface
  interface Check {
    void of(Trial trial) throws Exception;
  }

  /**
   * That a delivery which is taken over does not come back, not after its lease either.
   *
   * @param queue which of the request queues it comes from, from 0 on
   */
  void holdingOne(int queue, Taking taking, Check check) throws Exception {
    Scenario scenario =
        (trial, hold) -> {
          RequestQueue from = trial.transport().requestQueues().get(queue);
          trial.submit(from.name(), Requests.bodies(List.of("r1")));
          Delivery delivery = adapter.hasLeases() ? trial.one(from, hold) : trial.one(from);
          taking.over(trial, delivery);
          hold.settled();
          check.of(trial);
          trial.assertQuiet(from, QUIET.plus(lease().multipliedBy(3).dividedBy(2)));
        };
    if (adapter.hasLeases()) {
      beforeLeaseEnds(scenario);
    } else {
      partly("deliveries have no lease");
      scenario.run(this, new Hold(Duration.ofDays(1)));
    }
  }

  /** The transport of the process under test. */
  synchronized Transport transport() {
    if (first == null) {
      first = open();
    }
    return first;
  }

  boolean hasBroker(String untested) {
    if (adapter.broker() == null) {
      partly(untested + ": there is no broker that may be killed");
      return false;
    }
    return true;
  }

  /** The transport of another process; the same one where queues are not shared. */
  synchronized Transport other() {
    if (adapter.ephemeral() != null) {
      return transport();
    }
    transport();
    if (second == null) {
      second = open();
    }
    return second;
  }

  /** One more transport, closed when the test ends. */
  synchronized Transport open() {
    Transport transport = adapter.provider().open(adapter.settings(shortLease));
    opened.add(transport);
    return transport;
  }

  /** The number of a second request queue; of the first, where the adapter has no other. */
  int second() {
    if (adapter.queues().size() > 1) {
      return 1;
    }
    partly("the adapter has one request queue");
    return 0;
  }

  RequestQueue queue() {
    return transport().requestQueues().get(0);
  }

  void submit(String... ids) {
    submit(adapter.queues().get(0), Requests.bodies(Arrays.asList(ids)));
  }

  void submit(String queue, List<Bytes> bodies) {
    transport();
    if (adapter.submitter() != null) {
      adapter.submitter().submit(queue, bodies);
    } else if (transport() instanceof Producer producer) {
      producer.submit(queue, bodies);
    } else {
      throw new AssertionError(
          "the transport is no Producer: say how to submit, with AdapterUnderTest's submitter");
    }
  }

  /** What the queue hands out, be it nothing; only rule 202 minds a null. */
  List<Delivery> receive(RequestQueue queue, int max, Duration maxWait)
      throws InterruptedException {
    @Nullable List<Delivery> deliveries = queue.receive(max, maxWait);
    return deliveries == null ? List.of() : deliveries;
  }

  /** As many deliveries as told, or an error. */
  List<Delivery> take(RequestQueue queue, int count) throws InterruptedException {
    List<Delivery> taken = new ArrayList<>();
    long begin = System.nanoTime();
    while (taken.size() < count) {
      taken.addAll(receive(queue, count - taken.size(), QUIET));
      if (taken.size() < count && System.nanoTime() - begin > patience().toNanos()) {
        throw new AssertionError(
            "queue %s has handed out %d of %d messages within %s"
                .formatted(queue.name(), taken.size(), count, patience()));
      }
    }
    return taken;
  }

  Delivery one(RequestQueue queue) throws InterruptedException {
    return take(queue, 1).get(0);
  }

  /** The same, noting when its lease began at the earliest. */
  List<Delivery> take(RequestQueue queue, int count, Hold hold) throws InterruptedException {
    List<Delivery> taken = new ArrayList<>();
    Duration step = lease().dividedBy(10);
    long begin = System.nanoTime();
    while (taken.size() < count) {
      if (taken.isEmpty()) {
        hold.begins();
      }
      taken.addAll(receive(queue, count - taken.size(), step));
      if (taken.size() < count && System.nanoTime() - begin > patience().toNanos()) {
        throw new AssertionError(
            "queue %s has handed out %d of %d messages within %s"
                .formatted(queue.name(), taken.size(), count, patience()));
      }
    }
    return taken;
  }

  Delivery one(RequestQueue queue, Hold hold) throws InterruptedException {
    return take(queue, 1, hold).get(0);
  }

  /** Lets the middle one of three go; the lease of no other. Returns it in a list. */
  List<Delivery> letMiddleGo(RequestQueue queue, List<Delivery> three) {
    List<Delivery> middle = three.subList(1, 2);
    assertNoneLost(queue.acknowledge(middle));
    return middle;
  }

  /** The others. */
  static List<Delivery> outer(List<Delivery> three) {
    return List.of(three.get(0), three.get(2));
  }

  /** That nothing is handed out for a while. */
  void assertQuiet(RequestQueue queue) throws InterruptedException {
    assertQuiet(queue, QUIET);
  }

  void assertQuiet(RequestQueue queue, Duration time) throws InterruptedException {
    assertThat(Requests.idsOf(receive(queue, 10, time)))
        .as("what %s hands out though it has nothing to hand out", queue.name())
        .isEmpty();
  }

  /** That an adapter whose broker can tell returns just these as lost. */
  void assertLost(List<Delivery> returned, List<Delivery> lost) {
    if (adapter.tellsLostLeases()) {
      assertThat(returned)
          .as("deliveries returned because their lease is lost")
          .containsExactlyInAnyOrderElementsOf(lost);
    } else {
      partly("the broker can't tell lost leases");
    }
  }

  /** That an acknowledgement, or the like, went through. */
  void assertNoneLost(List<Delivery> returned) {
    assertThat(returned).as("deliveries returned because their lease is lost").isEmpty();
  }

  /**
   * Begins to listen, for a result queue that does not keep what nobody listens for. It is there
   * when the transport is.
   */
  void listen() throws InterruptedException {
    var unused = transport();
    takeResults(Duration.ZERO);
  }

  List<Bytes> takeResults(Duration maxWait) throws InterruptedException {
    if (adapter.results() != null) {
      return adapter.results().take(maxWait);
    }
    if (transport() instanceof Producer producer) {
      return producer.takeResults(100, maxWait);
    }
    throw skip("the transport is no Producer, and no other way to read results is given");
  }

  /**
   * Takes results until there are that many, and a moment longer for those that should not be. What
   * was taken is kept when a later call fails, as it may right after a restart.
   */
  List<Bytes> results(int count) throws InterruptedException {
    List<Bytes> results = new ArrayList<>();
    @Nullable RuntimeException failure = null;
    long begin = System.nanoTime();
    while (results.size() < count && System.nanoTime() - begin < patience().toNanos()) {
      try {
        results.addAll(takeResults(QUIET));
      } catch (TestAbortedException e) {
        throw e;
      } catch (RuntimeException e) {
        failure = e;
        pause(Duration.ofMillis(50));
      }
    }
    if (results.size() < count && failure != null) {
      throw new AssertionError("results can't be taken", failure);
    }
    results.addAll(takeResults(QUIET));
    return results;
  }

  /** The ids of {@link #results}. */
  List<String> resultIds(int count) throws InterruptedException {
    return results(count).stream().map(json -> ResultMessage.parse(json).id()).toList();
  }

  void assertNoResults() throws InterruptedException {
    assertThat(takeResults(QUIET)).as("results that should not be there").isEmpty();
  }

  /** Makes a call several times; the last answer. */
  <T> T repeat(int times, Call<T> call) throws Exception {
    for (int i = 1; i < times; i++) {
      call.run();
    }
    return call.run();
  }

  /** Repeats a call that throws until it returns: after a restart a transport connects again. */
  <T> T eventually(Call<T> call) throws Exception {
    long begin = System.nanoTime();
    while (true) {
      try {
        return call.run();
      } catch (RuntimeException e) {
        if (System.nanoTime() - begin > patience().toNanos()) {
          throw new AssertionError("still fails %s after the restart".formatted(patience()), e);
        }
        pause(Duration.ofMillis(50));
      }
    }
  }

  /** Lets time pass. */
  void pause(Duration time) {
    BooleanSupplier passed = new Elapsed(time);
    org.awaitility.Awaitility.await()
        .pollInterval(Duration.ofMillis(10))
        .atMost(time.plus(patience()))
        .until(passed::getAsBoolean);
  }

  private static final class Elapsed implements BooleanSupplier {
    private final long end;

    Elapsed(Duration time) {
      end = System.nanoTime() + time.toNanos();
    }

    @Override
    public boolean getAsBoolean() {
      return System.nanoTime() - end >= 0;
    }
  }

  /** A receive that is expected to wait. */
  Background<List<Delivery>> receiving(RequestQueue queue, int max, Duration maxWait) {
    Background<List<Delivery>> receive = Background.of(() -> receive(queue, max, maxWait));
    // A receive that has not begun to wait by then makes the test weaker, not wrong.
    pause(QUIET);
    return receive;
  }

  @Override
  public synchronized void close() {
    List<Runnable> ends = new ArrayList<>();
    if (adapter.broker() != null) {
      ends.add(adapter.broker()::start);
    }
    opened.forEach(transport -> ends.add(transport::close));
    List<Throwable> failures = new ArrayList<>();
    for (Runnable end : ends) {
      try {
        end.run();
      } catch (RuntimeException | Error e) {
        failures.add(e);
      }
    }
    if (!failures.isEmpty()) {
      AssertionError failure =
          new AssertionError("the end of the test failed: " + failures.get(0), failures.get(0));
      failures.stream().skip(1).forEach(failure::addSuppressed);
      throw failure;
    }
  }
}
