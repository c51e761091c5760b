package io.batchprocessor;

import io.batchprocessor.spi.Cancellation;
import io.batchprocessor.spi.Health;
import io.batchprocessor.spi.HealthCheck;
import io.batchprocessor.spi.InferenceClient;
import io.batchprocessor.spi.InvalidSettingsException;
import io.batchprocessor.spi.ProcessorState;
import io.batchprocessor.spi.Setting;
import io.batchprocessor.spi.Transport;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Takes requests from queues, sends them to an inference gateway with bounded concurrency, retries
 * what it sheds until each request's deadline, and writes one result for each.
 *
 * <pre>{@code
 * try (MemoryTransport queues = MemoryTransport.builder().build();
 *     BatchProcessor processor =
 *         BatchProcessor.builder()
 *             .transport(queues)
 *             .endpoint(URI.create("http://localhost:8000/v1/completions"))
 *             .concurrency(8)
 *             .build()) {
 *   processor.start();
 *   ResultMessage result = queues.submit(request).get();
 * }
 * }</pre>
 *
 * <p>Safe for use by several threads. Two processors in one JVM do not know of each other. No
 * shutdown hook is installed: whoever starts a processor closes it.
 */
public final class BatchProcessor implements AutoCloseable {

  private final Blueprint blueprint;
  private final EngineThreads threads;
  private final InstantSource clock;
  private final LongSupplier ticker;
  private final Engine.Shared shared;
  private final UserCode userCode;
  private final Lifecycle lifecycle = new Lifecycle();
  private final AtomicBoolean closesItself = new AtomicBoolean();
  private volatile @Nullable Running running;

  /** What exists from start to close. */
  private record Running(Engine engine, Transport transport, InferenceClient client) {}

  BatchProcessor(
      Blueprint blueprint,
      @Nullable ThreadFactory threadFactory,
      InstantSource clock,
      LongSupplier ticker) {
    this.blueprint = blueprint;
    this.threads =
        new EngineThreads(
            blueprint.settings().get(ProcessorSettings.NAME),
            threadFactory == null ? BatchProcessor::daemon : threadFactory);
    this.clock = clock;
    this.ticker = ticker;
    Counters counters = new Counters();
    this.userCode = new UserCode(counters, ticker);
    this.shared =
        new Engine.Shared(new GuardedListeners(blueprint.listeners(), userCode), counters);
  }

  /** A processor to be built. */
  public static BatchProcessorBuilder builder() {
    return new BatchProcessorBuilder();
  }

  /**
   * The settings of every provider on the class path, by the provider's id, for help texts. The
   * processor's own are {@link ProcessorSettings#all}.
   */
  public static Map<String, List<Setting<?>>> providerSettings() {
    return new Catalog().settingsByProvider();
  }

  /**
   * Connects to the broker and begins to take requests.
   *
   * @throws IllegalStateException unless the state is {@link ProcessorState#NEW}
   * @throws InvalidSettingsException if the configuration and the transport's queues don't match
   * @throws RuntimeException what the transport throws if it can't connect; the processor is closed
   *     then
   */
  public void start() {
    lifecycle.begin();
    try {
      Running started = assemble();
      running = started;
      EngineView view =
          new EngineView(
              started.engine(), threads, blueprint.transport().name(), started.transport());
      shared.listeners().tell(listener -> listener.starting(view));
      moveTo(ProcessorState.RUNNING);
      started.engine().start();
    } catch (RuntimeException | Error e) {
      stop(Duration.ZERO);
      throw e;
    } finally {
      lifecycle.done();
    }
  }

  private Running assemble() {
    Assembly assembly = new Assembly(blueprint, shared, userCode, threads, clock, ticker);
    Transport transport = assembly.transport();
    InferenceClient client = null;
    try {
      client = assembly.client();
      return new Running(assembly.engine(transport, client), transport, client);
    } catch (RuntimeException | Error e) {
      if (client != null) {
        attempt("close the HTTP client", client::close);
      }
      closeIfOurs(transport);
      throw e;
    }
  }

  /** The state now. */
  public ProcessorState state() {
    return lifecycle.state();
  }

  /** What was done so far, and what is held now. */
  public Stats stats() {
    Running now = running;
    return now == null ? shared.counters().snapshot(state(), 0, 0, 0) : now.engine().stats(state());
  }

  /** What each worker pool does now; empty before the start. */
  public List<PoolStats> pools() {
    Running now = running;
    return now == null ? List.of() : now.engine().pools().stream().map(WorkerPool::stats).toList();
  }

  /**
   * An optional ability of the transport, such as {@link io.batchprocessor.spi.BacklogReporter},
   * for tools that look in from outside.
   *
   * @return empty if the transport lacks it, and while there is no open transport
   */
  public <T> Optional<T> ability(Class<T> type) {
    Running now = running;
    return now == null || state() == ProcessorState.CLOSED || !type.isInstance(now.transport())
        ? Optional.empty()
        : Optional.of(type.cast(now.transport()));
  }

  /**
   * Whether it works now: running, results can be stored, the broker answers. May block as long as
   * a broker's answer takes, a few seconds at the most.
   */
  public Health health() {
    Running now = running;
    if (now == null || state() != ProcessorState.RUNNING) {
      return new Health(false, "the processor is " + state());
    }
    String stall = now.engine().stall();
    if (stall != null) {
      return new Health(false, "nothing is taken until this works again: " + stall);
    }
    return now.transport() instanceof HealthCheck check
        ? check.health()
        : new Health(true, "running");
  }

  /**
   * Cancels a request by id, wherever it is, where the transport has the ability; else if this
   * process holds it. A request that is in flight is aborted. Its result has the code {@code
   * CANCELLED}.
   *
   * @return whether anything could be asked for: false if the transport can't cancel and the
   *     request is not held here
   * @throws RuntimeException what the transport throws if it can't be asked; what is held here is
   *     cancelled all the same
   */
  public boolean cancel(String id) {
    Objects.requireNonNull(id, "id");
    Running now = running;
    if (now == null || state() == ProcessorState.CLOSED) {
      return false;
    }
    if (!(now.transport() instanceof Cancellation cancellation)) {
      return now.engine().cancel(id);
    }
    try {
      // First: the broker forgets what was cancelled when its result is stored.
      cancellation.cancel(id);
    } finally {
      now.engine().cancel(id);
    }
    return true;
  }

  /**
   * Takes and sends nothing more until {@link #resume}. What is in flight goes on to its end, what
   * is buffered goes back to the broker, where other processes may have it, its attempt not
   * counted. Leases, deadlines and results are looked after as before. Of this process alone;
   * harmless when repeated.
   *
   * @throws IllegalStateException unless the state is {@link ProcessorState#RUNNING}
   */
  public void pause() {
    whileRunning("pause", Engine::pause);
  }

  /**
   * Ends a {@link #pause}; harmless when there is none.
   *
   * @throws IllegalStateException unless the state is {@link ProcessorState#RUNNING}
   */
  public void resume() {
    whileRunning("resume", Engine::resume);
  }

  /** Whether it is paused. */
  public boolean isPaused() {
    Running now = running;
    return now != null && state() == ProcessorState.RUNNING && now.engine().isPaused();
  }

  /**
   * Changes how many requests a pool may have in flight, until the end of the process. If more are
   * in flight than that they go on, and none is sent until they are fewer.
   *
   * @param pool the pool's name, {@link PoolConfig#DEFAULT} where none are configured
   * @param concurrency from 1 to the pool's configured concurrency: HTTP client and buffers were
   *     made for that
   * @throws IllegalArgumentException if there is no such pool, or the number is out of its range
   * @throws IllegalStateException unless the state is {@link ProcessorState#RUNNING}
   */
  public void concurrency(String pool, int concurrency) {
    Objects.requireNonNull(pool, "pool");
    whileRunning("change the concurrency of", engine -> engine.limit(pool, concurrency));
    Engine.LOG.info("{}: pool '{}' may have {} in flight", this, pool, concurrency);
  }

  /** Not while it closes: a drain that began must not be undone. */
  private void whileRunning(String what, Consumer<Engine> action) {
    lifecycle.whileRunning(
        what, () -> action.accept(Objects.requireNonNull(running, "running").engine()));
  }

  /** {@link #close(Duration)} with the setting {@code drain-timeout}. */
  @Override
  public void close() {
    close(blueprint.settings().get(ProcessorSettings.DRAIN_TIMEOUT));
  }

  /**
   * Stops: takes nothing more, lets what is in flight finish, cancels what does not and hands it
   * back to the broker with its attempt not counted, stores what was decided. Returns when every
   * thread is gone. An interrupt ends the drain early. If the broker can't store what was decided,
   * that is tried until the drain is over, and a moment longer; then it stays with the broker and
   * is done again.
   *
   * <p>Harmless when repeated; a second caller waits for the first. On one of the processor's own
   * threads, where listeners are told, and on the one that starts or closes it, it can't wait for
   * itself: there it returns at once, and closing goes on in a thread of its own.
   *
   * @param drain how long what is in flight may take; zero: cancel it now
   * @throws IllegalArgumentException if {@code drain} is negative
   */
  public void close(Duration drain) {
    Objects.requireNonNull(drain, "drain");
    if (drain.isNegative()) {
      throw new IllegalArgumentException("drain must not be negative, is " + drain);
    }
    if (!threads.areOurs() && !lifecycle.isMyTurn()) {
      closeAndWait(drain);
    } else if (!lifecycle.isClosing() && closesItself.compareAndSet(false, true)) {
      threads.named("closer").newThread(() -> closeAndWait(drain)).start();
    }
  }

  private void closeAndWait(Duration drain) {
    if (lifecycle.beginToClose()) {
      try {
        stop(drain);
      } finally {
        lifecycle.done();
      }
    }
  }

  /** Goes on whatever fails: what is left open would never be closed. */
  private void stop(Duration drain) {
    Running what = running;
    if (what != null) {
      moveTo(ProcessorState.DRAINING);
      attempt("stop the engine", () -> what.engine().stop(drain));
      attempt("close the HTTP client", () -> what.client().close());
      closeIfOurs(what.transport());
    }
    moveTo(ProcessorState.CLOSED);
  }

  private void closeIfOurs(Transport transport) {
    if (blueprint.transport().ours()) {
      attempt("close the transport", transport::close);
    }
  }

  private void attempt(String what, Runnable action) {
    try {
      action.run();
    } catch (RuntimeException | Error e) {
      Engine.LOG.error("{}: failed to {}", this, what, e);
    }
  }

  private void moveTo(ProcessorState next) {
    ProcessorState previous = lifecycle.moveTo(next);
    Engine.LOG.info("{}: {} -> {}", this, previous, next);
    shared.listeners().tell(listener -> listener.stateChanged(previous, next));
  }

  private static Thread daemon(Runnable task) {
    Thread thread = new Thread(task);
    thread.setDaemon(true);
    return thread;
  }

  /** Its name. */
  @Override
  public String toString() {
    return "BatchProcessor[" + blueprint.settings().get(ProcessorSettings.NAME) + "]";
  }
}
