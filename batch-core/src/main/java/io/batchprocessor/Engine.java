package io.batchprocessor;

import static java.util.concurrent.TimeUnit.NANOSECONDS;

import io.batchprocessor.spi.Cancellation;
import io.batchprocessor.spi.InferenceClient;
import io.batchprocessor.spi.ProcessorState;
import io.batchprocessor.spi.RequestQueue;
import io.batchprocessor.spi.Transport;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The five rooms, put together: intake, merge, gate, dispatch, settle. Owns their threads, and the
 * order in which they start and stop.
 */
final class Engine {

  static final Logger LOG = LoggerFactory.getLogger(BatchProcessor.class);

  /** What a store that does not answer may still take, when the time for draining is over. */
  private static final Duration LAST_STORE = Duration.ofSeconds(2);

  private final EngineConfig config;
  private final EngineThreads threads;
  private final Shared shared;
  private final List<WorkerPool> pools;
  private final HeldMessages held = new HeldMessages();
  private final Doorbell dispatcherBell = new Doorbell();
  private final BrokerCalls broker;
  private final Settler settler;
  private final Attempts attempts;
  private final Dispatcher dispatcher;
  private final LeaseKeeper leaseKeeper;
  private final List<Intake> intakes = new ArrayList<>();
  private final List<Thread> intakeThreads = new ArrayList<>();
  private @Nullable Thread dispatcherThread;
  private @Nullable Thread settlerThread;
  private @Nullable Thread leaseKeeperThread;

  /** What nearly every room needs. */
  record Shared(GuardedListeners listeners, Counters counters) {}

  Engine(
      EngineConfig config,
      EngineThreads threads,
      Shared shared,
      Transport transport,
      InferenceClient client,
      RetryPlanner planner,
      List<WorkerPool> pools) {
    this.config = config;
    this.threads = threads;
    this.shared = shared;
    this.pools = pools;
    this.broker =
        new BrokerCalls(shared.counters(), shared.listeners(), config.ticker(), config.random());
    this.settler =
        new Settler(
            new OutcomeStore(transport, held, broker, shared, config.ticker()),
            held,
            config.ticker());
    this.attempts = new Attempts(client, planner, settler, shared, dispatcherBell, config);
    this.dispatcher =
        new Dispatcher(pools, attempts, held, settler, broker, dispatcherBell, config);
    attempts.whenPermitReturned(dispatcher::permitReturned);
    Cancellation cancellation = transport instanceof Cancellation ability ? ability : null;
    this.leaseKeeper =
        new LeaseKeeper(held, attempts, cancellation, broker, shared, config.ticker());
    layIntakes(transport, cancellation);
  }

  private void layIntakes(Transport transport, @Nullable Cancellation cancellation) {
    Admission admission = new Admission(config, held, settler, shared);
    Map<String, RequestQueue> queues =
        transport.requestQueues().stream()
            .collect(Collectors.toMap(RequestQueue::name, Function.identity()));
    RetrySluice retrySluice =
        new RetrySluice(
            transport.retryQueue(),
            pools,
            admission,
            held,
            settler,
            shared.counters(),
            dispatcherBell,
            config);
    Intake retries =
        new Intake(
            transport.retryQueue(),
            retrySluice,
            admission,
            cancellation,
            settler,
            broker,
            config.ticker());
    for (WorkerPool pool : pools) {
      for (QueueBuffer buffer : pool.buffers()) {
        RequestQueue queue = queues.get(buffer.name());
        if (queue == null) {
          throw new IllegalStateException("no queue " + buffer.name());
        }
        Intake intake =
            new Intake(
                queue,
                new RequestSluice(buffer, dispatcherBell),
                admission,
                cancellation,
                settler,
                broker,
                config.ticker());
        buffer.fresh().whenRoom(intake::roomAgain);
        buffer.retries().whenRoom(retries::roomAgain);
        intakes.add(intake);
      }
    }
    intakes.add(retries);
    settler.whenRelieved(
        () -> {
          dispatcherBell.ring();
          intakes.forEach(Intake::roomAgain);
        });
  }

  void start() {
    settlerThread = threads.start("settler", settler);
    leaseKeeperThread = threads.start("lease-keeper", leaseKeeper);
    dispatcherThread = threads.start("dispatcher", dispatcher);
    for (Intake intake : intakes) {
      intakeThreads.add(threads.start("intake-" + intake.queue().name(), intake));
    }
  }

  /** Takes and sends nothing more, and hands back what is buffered; what is in flight goes on. */
  void pause() {
    intakes.forEach(Intake::pause);
    dispatcher.pause();
  }

  void resume() {
    dispatcher.resume();
    intakes.forEach(Intake::resume);
  }

  boolean isPaused() {
    return dispatcher.isPaused();
  }

  /** Changes how many requests a pool may have in flight. */
  void limit(String pool, int concurrency) {
    WorkerPool found =
        pools.stream()
            .filter(candidate -> candidate.config().name().equals(pool))
            .findFirst()
            .orElseThrow(() -> new IllegalArgumentException(noPool(pool)));
    found.limit(concurrency);
    dispatcherBell.ring();
  }

  private String noPool(String pool) {
    return "no pool '%s' with a queue; there are: %s"
        .formatted(
            pool,
            pools.stream().map(some -> some.config().name()).collect(Collectors.joining(", ")));
  }

  /**
   * Stops in the order in which messages flow: intake, dispatch, what is in flight, settle.
   *
   * @param drain how long what is in flight may take
   */
  void stop(Duration drain) {
    long end = config.ticker().getAsLong() + NANOSECONDS.convert(drain);
    intakes.forEach(Intake::stop);
    intakeThreads.forEach(Thread::interrupt);
    intakeThreads.forEach(EngineThreads::join);
    dispatcher.pause();
    held.requests().forEach(request -> attempts.handBack(request, "closing"));
    awaitNothingInFlight(end);
    held.requests().forEach(request -> attempts.release(request, "closing"));
    dispatcher.stop();
    join(dispatcherThread);
    long now = config.ticker().getAsLong();
    settler.finishBy(now + Math.max(end - now, LAST_STORE.toNanos()));
    join(settlerThread);
    leaseKeeper.stop();
    join(leaseKeeperThread);
    pools.forEach(WorkerPool::close);
  }

  /** An interrupt ends the wait as the end of the time does. */
  private void awaitNothingInFlight(long end) {
    boolean inFlight = held.requests().anyMatch(HeldRequest::isInFlight);
    while (inFlight && end - config.ticker().getAsLong() > 0) {
      try {
        Thread.sleep(5);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        return;
      }
      inFlight = held.requests().anyMatch(HeldRequest::isInFlight);
    }
  }

  private static void join(@Nullable Thread thread) {
    if (thread != null) {
      EngineThreads.join(thread);
    }
  }

  /** Ends a request that is held here; false if none with this id is. */
  boolean cancel(String id) {
    List<HeldRequest> found =
        held.requests().filter(request -> request.message().id().equals(id)).toList();
    found.forEach(attempts::cancel);
    return !found.isEmpty();
  }

  /** What can't be stored now, and why; null if all is well. */
  @Nullable String stall() {
    return broker.isStalled() ? broker.stalledBy() : null;
  }

  List<WorkerPool> pools() {
    return pools;
  }

  /** How many decisions are not stored yet. */
  int settling() {
    return settler.pending();
  }

  long userCodeFailures() {
    return shared.counters().userCodeFailures.sum();
  }

  Stats stats(ProcessorState state) {
    int buffered =
        pools.stream().flatMap(pool -> pool.buffers().stream()).mapToInt(QueueBuffer::size).sum();
    int inFlight = pools.stream().mapToInt(WorkerPool::inFlight).sum();
    return shared.counters().snapshot(state, inFlight, buffered, settler.pending());
  }
}
