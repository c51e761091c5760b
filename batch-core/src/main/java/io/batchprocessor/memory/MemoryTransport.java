package io.batchprocessor.memory;

import io.batchprocessor.message.Bytes;
import io.batchprocessor.message.RequestMessage;
import io.batchprocessor.message.ResultMessage;
import io.batchprocessor.spi.Backlog;
import io.batchprocessor.spi.BacklogReporter;
import io.batchprocessor.spi.Cancellation;
import io.batchprocessor.spi.DeadLetter;
import io.batchprocessor.spi.DeadLetterQueue;
import io.batchprocessor.spi.DeadLetterReview;
import io.batchprocessor.spi.Delivery;
import io.batchprocessor.spi.Health;
import io.batchprocessor.spi.HealthCheck;
import io.batchprocessor.spi.Inspection;
import io.batchprocessor.spi.InvalidSettingsException;
import io.batchprocessor.spi.Producer;
import io.batchprocessor.spi.RequestQueue;
import io.batchprocessor.spi.Result;
import io.batchprocessor.spi.ResultQueue;
import io.batchprocessor.spi.RetryQueue;
import io.batchprocessor.spi.Settlement;
import io.batchprocessor.spi.StoredDeadLetter;
import io.batchprocessor.spi.Transport;
import io.batchprocessor.spi.WaitingMessage;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Queues in memory: to embed the processor without a broker, and the reference for whoever writes
 * an adapter. It keeps every rule of the SPI and has every ability; what it holds ends with the
 * process.
 *
 * <p>Two ways in, two ways out. {@link #submit(RequestMessage)} gives a future, which gets the
 * result. {@link #submit(String, List)} takes messages as bytes; their results are for {@link
 * #takeResults}.
 *
 * <p>What it says where the SPI leaves the choice:
 *
 * <ul>
 *   <li>A request queue is first in, first out, whatever the deadlines. A message that is released,
 *       or whose lease ran out, takes its old place again. The retry queue is by due time.
 *   <li>Everything is bounded. A request queue counts the messages that nobody holds, those that
 *       wait for another attempt too. A full one refuses a future and makes {@link #submit(String,
 *       List)} wait; it never refuses what comes back. Full results make the engine hold back until
 *       some are taken. Full dead letters give up the oldest with a warning in the log.
 *   <li>An id is cancelled until a result for it is stored, an hour at the most. Cancelling a
 *       future cancels that one request, whatever its id, as does letting it {@linkplain
 *       CompletableFuture#orTimeout time out}; the request leaves its queue when its turn comes.
 * </ul>
 *
 * <p>Safe to use from any thread. It has no thread of its own.
 */
public final class MemoryTransport
    implements Transport,
        Settlement,
        BacklogReporter,
        HealthCheck,
        Cancellation,
        Producer,
        Inspection,
        DeadLetterReview {

  private final Guard guard;
  private final InstantSource clock;
  private final Map<String, MemoryRequestQueue> requestQueues = new LinkedHashMap<>();
  private final List<MemoryRequestQueue> queueList;
  private final MemoryRetryQueue retryQueue;
  private final Cancellations cancellations;
  private final MemoryResultQueue resultQueue;
  private final MemoryDeadLetterQueue deadLetterQueue;

  private MemoryTransport(Builder builder) {
    guard = new Guard(builder.ticker);
    clock = builder.clock;
    for (String name : builder.queues) {
      requestQueues.put(
          name,
          new MemoryRequestQueue(name, guard, builder.lease, builder.clock, builder.capacity));
    }
    queueList = List.copyOf(requestQueues.values());
    retryQueue = new MemoryRetryQueue(guard, builder.lease);
    cancellations = new Cancellations(guard);
    resultQueue = new MemoryResultQueue(guard, cancellations, builder.resultCapacity);
    deadLetterQueue = new MemoryDeadLetterQueue(guard, clock, builder.deadLetterCapacity);
  }

  /** A transport to be built; every setting has a default. */
  public static Builder builder() {
    return new Builder();
  }

  /**
   * Submits a request to the first queue.
   *
   * @see #submit(String, RequestMessage)
   */
  public CompletableFuture<ResultMessage> submit(RequestMessage request) {
    return submit(queueList.get(0), request);
  }

  /**
   * Submits a request, without waiting for room.
   *
   * <p>The future gets the result, be it a success or an error, when it is stored; {@link
   * #takeResults} does not see it. It ends with an {@link IllegalStateException} if the transport
   * is closed before, or if the request is dead-lettered. What depends on the future runs in the
   * thread that stores results and holds that up: use the {@code …Async} methods for what takes
   * long, and for whatever waits for another request.
   *
   * <p>Requests are told apart by their futures: two with the same id are two requests.
   *
   * @throws QueueFullException if the queue has no room; nothing is submitted
   * @throws IllegalArgumentException if there is no such queue
   * @throws IllegalStateException if the transport is closed
   */
  public CompletableFuture<ResultMessage> submit(String queue, RequestMessage request) {
    return submit(requestQueue(queue), request);
  }

  /**
   * Submits messages, each as soon as there is room; waits as long as that takes.
   *
   * @throws IllegalArgumentException if there is no such queue
   * @throws IllegalStateException if the transport is closed, or the thread interrupted (its flag
   *     stays set) before there was room for all; it says how many are stored
   */
  @Override
  public void submit(String queue, List<Bytes> messages) {
    requestQueue(queue).put(List.copyOf(messages));
  }

  /**
   * Takes results whose requests were submitted as bytes, in the order in which they were stored.
   * What is stored can be taken after the transport is closed, too.
   *
   * @throws IllegalArgumentException if {@code max} is below 1
   * @throws IllegalStateException if the transport is closed and there are none left
   */
  @Override
  public List<Bytes> takeResults(int max, Duration maxWait) throws InterruptedException {
    return resultQueue.take(max, maxWait);
  }

  /**
   * Takes dead letters, oldest first, without waiting; also after the transport is closed.
   *
   * @throws IllegalArgumentException if {@code max} is below 1
   */
  public List<DeadLetter> takeDeadLetters(int max) {
    return deadLetterQueue.take(max);
  }

  @Override
  public List<? extends RequestQueue> requestQueues() {
    return queueList;
  }

  @Override
  public RetryQueue retryQueue() {
    return retryQueue;
  }

  /**
   * Where results go. {@code publish} throws {@link QueueFullException} when nobody takes them; the
   * same call can be repeated until it goes through.
   */
  @Override
  public ResultQueue resultQueue() {
    return resultQueue;
  }

  @Override
  public Optional<DeadLetterQueue> deadLetterQueue() {
    return Optional.of(deadLetterQueue);
  }

  /**
   * Stores each result and acknowledges its delivery, as one step.
   *
   * @throws QueueFullException if nobody takes the results; those with room, and those that a
   *     future waits for, are settled nevertheless
   */
  @Override
  public List<Delivery> settle(List<Result> results) {
    return resultQueue.settle(results);
  }

  /**
   * What waits and what is held. A message in the retry queue has an age from when it was due; it
   * is zero before.
   */
  @Override
  public List<Backlog> backlogs() {
    List<Backlog> backlogs = new ArrayList<>();
    guard.lockOpen();
    try {
      queueList.forEach(queue -> backlogs.add(queue.backlog()));
      backlogs.add(retryQueue.backlog());
    } finally {
      guard.unlock();
    }
    return backlogs;
  }

  @Override
  public List<WaitingMessage> peek(String queue, int max, int maxBodyBytes) {
    if (max < 1) {
      throw new IllegalArgumentException("max must be at least 1, is " + max);
    }
    if (maxBodyBytes < 0) {
      throw new IllegalArgumentException("maxBodyBytes must be at least 0, is " + maxBodyBytes);
    }
    LeasedQueue source = queue.equals(retryQueue.name()) ? retryQueue : requestQueue(queue);
    Instant wallClock = clock.instant();
    guard.lockOpen();
    try {
      long now = guard.now();
      return source.first(max).stream()
          .map(message -> message.toWaiting(wallClock, message.availableAt() - now, maxBodyBytes))
          .toList();
    } finally {
      guard.unlock();
    }
  }

  @Override
  public List<StoredDeadLetter> deadLetters(int max, int maxBodyBytes) {
    return deadLetterQueue.peek(max, maxBodyBytes);
  }

  /** It is never refused, also by a queue that is full; nobody waits for its result. */
  @Override
  public boolean retryDeadLetter(String key) {
    Objects.requireNonNull(key, "key");
    return deadLetterQueue.remove(
        key, letter -> requestQueue(letter.delivery().queue()).putBack(letter.delivery().body()));
  }

  @Override
  public boolean dropDeadLetter(String key) {
    Objects.requireNonNull(key, "key");
    return deadLetterQueue.remove(key, letter -> {});
  }

  /** Unhealthy when closed, and while results are full. */
  @Override
  public Health health() {
    guard.lock();
    try {
      String state = "(%s, %s)".formatted(resultQueue.state(), deadLetterQueue.state());
      if (guard.isClosed()) {
        return new Health(false, "the in-memory transport is closed " + state);
      }
      return resultQueue.isFull()
          ? new Health(false, "results are full: take some with takeResults " + state)
          : new Health(true, "in memory " + state);
    } finally {
      guard.unlock();
    }
  }

  /**
   * Asks for every request with this id to be cancelled.
   *
   * @throws QueueFullException if 100,000 cancelled ids await their results already
   * @throws IllegalStateException if the transport is closed
   */
  @Override
  public void cancel(String id) {
    cancellations.cancel(id);
  }

  @Override
  public Set<Delivery> cancelled(Map<Delivery, String> idsByDelivery) {
    return cancellations.among(idsByDelivery);
  }

  /** Ends the transport. What is not settled is gone; a future that waits for it fails. */
  @Override
  public void close() {
    List<PendingResult> unanswered = new ArrayList<>();
    guard.lock();
    try {
      if (guard.close()) {
        queueList.forEach(queue -> queue.clear(unanswered::add));
        retryQueue.clear(unanswered::add);
      }
    } finally {
      guard.unlock();
    }
    unanswered.forEach(reply -> reply.fail("the in-memory transport was closed before"));
  }

  private static CompletableFuture<ResultMessage> submit(
      MemoryRequestQueue queue, RequestMessage request) {
    PendingResult result = new PendingResult(request.id());
    queue.offer(request.toJson(), result);
    return result;
  }

  private MemoryRequestQueue requestQueue(String name) {
    Objects.requireNonNull(name, "queue");
    @Nullable MemoryRequestQueue queue = requestQueues.get(name);
    if (queue == null) {
      throw new IllegalArgumentException(
          "no request queue '%s'; there are: %s"
              .formatted(name, String.join(", ", requestQueues.keySet())));
    }
    return queue;
  }

  /** Builds a {@link MemoryTransport}. */
  public static final class Builder {
    private List<String> queues = List.of("requests");
    private int capacity = 10_000;
    private Duration lease = Duration.ofSeconds(60);
    private int resultCapacity = 100_000;
    private int deadLetterCapacity = 10_000;
    private LongSupplier ticker = System::nanoTime;
    private InstantSource clock = InstantSource.system();

    private Builder() {}

    /** The names of the request queues; default {@code requests}. */
    public Builder queues(String... names) {
      return queues(List.of(names));
    }

    /** The names of the request queues; default {@code requests}. */
    public Builder queues(List<String> names) {
      this.queues = List.copyOf(names);
      return this;
    }

    /** How many messages may wait in each request queue; default 10,000, at least 1. */
    public Builder capacity(int messages) {
      this.capacity = messages;
      return this;
    }

    /**
     * How long a delivery is its receiver's before another may have it; default 60 s, above zero.
     */
    public Builder lease(Duration lease) {
      this.lease = Objects.requireNonNull(lease, "lease");
      return this;
    }

    /** How many results may wait to be taken; default 100,000, at least 1. */
    public Builder resultCapacity(int results) {
      this.resultCapacity = results;
      return this;
    }

    /** How many dead letters are kept; default 10,000, at least 1. */
    public Builder deadLetterCapacity(int letters) {
      this.deadLetterCapacity = letters;
      return this;
    }

    /** What tells leases and due times; default {@link System#nanoTime}. */
    Builder ticker(LongSupplier nanoseconds) {
      this.ticker = Objects.requireNonNull(nanoseconds, "nanoseconds");
      return this;
    }

    /** What tells when a message was submitted; default the system's clock. */
    Builder clock(InstantSource clock) {
      this.clock = Objects.requireNonNull(clock, "clock");
      return this;
    }

    /**
     * The transport, open.
     *
     * @throws InvalidSettingsException naming everything that is wrong
     */
    public MemoryTransport build() {
      List<String> problems = new ArrayList<>();
      if (queues.isEmpty()) {
        problems.add("queues: there must be at least one");
      }
      Set<String> seen = new HashSet<>();
      for (String name : queues) {
        if (name.isBlank()) {
          problems.add("queues: a name is blank");
        } else if (name.equals(MemoryRetryQueue.NAME)) {
          problems.add("queues: the name '%s' is that of the retry queue".formatted(name));
        } else if (!seen.add(name)) {
          problems.add("queues: the name '%s' is taken".formatted(name));
        }
      }
      atLeastOne("capacity", capacity, problems);
      atLeastOne("resultCapacity", resultCapacity, problems);
      atLeastOne("deadLetterCapacity", deadLetterCapacity, problems);
      if (lease.isNegative() || lease.isZero()) {
        problems.add("lease must be above zero, is " + lease);
      }
      if (!problems.isEmpty()) {
        throw new InvalidSettingsException(problems);
      }
      return new MemoryTransport(this);
    }

    private static void atLeastOne(String name, int value, List<String> problems) {
      if (value < 1) {
        problems.add("%s must be at least 1, is %d".formatted(name, value));
      }
    }
  }
}
