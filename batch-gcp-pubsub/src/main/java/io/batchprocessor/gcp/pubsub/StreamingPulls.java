package io.batchprocessor.gcp.pubsub;

import com.google.api.gax.rpc.StatusCode.Code;
import com.google.pubsub.v1.ReceivedMessage;
import com.google.pubsub.v1.StreamingPullRequest;
import java.time.Duration;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * {@code StreamingPull}s, opened when somebody waits for messages, and closed when nobody has for a
 * while.
 *
 * <p>A stream says once, when it opens, how many of its messages may be unsettled: its window. Here
 * that is what is asked for at that moment; {@code pubsub.batch-size} at the most. As long as the
 * processor never has room for more, one stream serves it, however its budget goes up and down:
 * each message that is settled makes room for one that the broker sends, and one that is full
 * brings nothing. A processor that asks for more when all are full gets one stream more, for what
 * it asks for: all together never bring more than it had room for. It is not replaced by a larger
 * one, because the broker does not count what older streams hold: a window for all of it would
 * bring as much again. What is left of streams that ended, and what waits here for another attempt,
 * is in no window either.
 *
 * <p>What comes is taken in at once, wanted or not. gRPC's own flow control would only hide it: it
 * is leased to us when the broker sends it, and what lies unread in a connection can't be handed
 * back. For the same reason a stream is half-closed and then read to its end, not cancelled: what
 * it brought meanwhile goes back, and after its end the broker leases us nothing more.
 *
 * <p>A broker that sends more than twice what the window allows has its stream closed, and what it
 * sent is used up before the next is opened. The emulator is one: it knows no window at all, and
 * sends a hundred messages every 20 ms for as long as a stream is open. It does not notice either
 * that a stream's client has died, and goes on sending to it; and what it is about to send when a
 * stream is half-closed it may lease and never send.
 */
final class StreamingPulls implements Pulls {

  private static final Duration LINGER = Duration.ofSeconds(1);

  /** So many at once; then the smallest makes place for one with room for both. */
  private static final int MOST_STREAMS = 8;

  /** A stream that ends sooner than this did not end because its time was over. */
  private static final Duration YOUNG = Duration.ofSeconds(1);

  /** How long until the next stream, if the broker ended one at once and said that all is well. */
  private static final Duration PAUSE = Duration.ofMillis(50);

  /**
   * A stream that brought its window once and nothing for so long, while somebody waits, may be
   * full by the broker's count and not by ours: acknowledgements get lost, and what was put off
   * counts there until it is due.
   */
  private static final Duration SILENCE = Duration.ofSeconds(30);

  /** The broker ends streams every half an hour or so, with one of these. */
  private static final Set<Code> PASSING =
      Set.of(Code.UNAVAILABLE, Code.ABORTED, Code.INTERNAL, Code.DEADLINE_EXCEEDED, Code.CANCELLED);

  /** Seconds: the shortest that Pub/Sub takes for a stream; the longest is as for any lease. */
  private static final long SHORTEST_ACK_DEADLINE = 10;

  private final PubSubClient client;
  private final Connection connection;
  private final Source source;
  private final int batchSize;
  private final Duration ackDeadline;
  private final FirstLease firstLease;
  private final Sink sink;

  /** What came and is on its way to the queue. */
  private final AtomicInteger arriving = new AtomicInteger();

  /** Those that did not end yet. */
  private final List<PullStream> streams = new CopyOnWriteArrayList<>();

  /** The window of a stream that makes place for the next; guarded by this. */
  private long inherited;

  /** Messages go to the queue in the order in which they came; guarded by this. */
  private CompletableFuture<?> handedOver = CompletableFuture.completedFuture(null);

  StreamingPulls(
      PubSubClient client,
      Connection connection,
      Source source,
      PubSubConfig config,
      Reader reader,
      Sink sink) {
    this.client = client;
    this.connection = connection;
    this.source = source;
    this.batchSize = config.batchSize();
    // Where the lease has to be confirmed anyway, what never reaches us is soon free again.
    this.ackDeadline =
        Duration.ofSeconds(
            source.exactlyOnce()
                ? SHORTEST_ACK_DEADLINE
                : Math.max(SHORTEST_ACK_DEADLINE, config.lease().toSeconds()));
    this.firstLease = new FirstLease(client, source, ackDeadline, config.lease(), reader);
    this.sink = sink;
  }

  /** In this order: what fills a stream is on its way before the stream is full. */
  private boolean isOutstanding() {
    return streams.stream().anyMatch(stream -> !isUsedUp(stream)) || arriving.get() > 0;
  }

  private static boolean isUsedUp(PullStream stream) {
    return stream.isOpen() && (stream.isFull() || stream.isSilent(SILENCE));
  }

  @Override
  public synchronized @Nullable Runnable ask(int max) {
    if (isOutstanding()) {
      return null;
    }
    @Nullable PullStream last = leaving();
    if (last != null) {
      // Its end wakes who waits, who then asks for the next.
      return last::halfClose;
    }
    PullStream next = new PullStream(client, connection, opening(inherited + max), new Events());
    inherited = 0;
    streams.add(next);
    return next::start;
  }

  /** Which stream has to go before there can be another; null if none has to. */
  private @Nullable PullStream leaving() {
    for (PullStream stream : streams) {
      if (!stream.isFull()) {
        return stream;
      }
    }
    if (streams.size() < MOST_STREAMS) {
      return null;
    }
    PullStream smallest = Collections.min(streams, Comparator.comparingLong(PullStream::window));
    inherited = smallest.window();
    return smallest;
  }

  private StreamingPullRequest opening(long window) {
    return StreamingPullRequest.newBuilder()
        .setSubscription(source.name())
        .setStreamAckDeadlineSeconds(Math.toIntExact(ackDeadline.toSeconds()))
        .setMaxOutstandingMessages(Math.min(batchSize, window))
        // Each its own: the window of another stream is not to be carried over.
        .setClientId(UUID.randomUUID().toString())
        .build();
  }

  @Override
  public boolean comesUnasked() {
    return streams.stream().anyMatch(stream -> stream.isOpen() && !stream.isFull());
  }

  @Override
  public Duration linger() {
    return LINGER;
  }

  @Override
  public CompletableFuture<?> rest() {
    List<PullStream> all;
    synchronized (this) {
      inherited = 0;
      all = List.copyOf(streams);
    }
    all.forEach(PullStream::halfClose);
    return CompletableFuture.allOf(
            all.stream().map(PullStream::over).toArray(CompletableFuture[]::new))
        .thenCompose(over -> handedOver());
  }

  private synchronized CompletableFuture<?> handedOver() {
    return handedOver;
  }

  /** Gets in line; returns what is before it. */
  private synchronized CompletableFuture<?> next(CompletableFuture<?> last) {
    CompletableFuture<?> before = handedOver;
    handedOver = last;
    return before;
  }

  /** What a stream tells, one thing after the other. */
  private final class Events implements PullStream.Listener {

    @Override
    public void brought(PullStream stream, List<ReceivedMessage> messages) {
      int count = messages.size();
      // First: who sees that the stream is full must see that something is on its way.
      arriving.addAndGet(count);
      stream.brought(count);
      CompletableFuture<Runnable> arrival =
          leased(stream, messages)
              .handle((held, thrown) -> () -> handOver(stream, count, held, thrown));
      CompletableFuture<?> done = new CompletableFuture<>();
      var unused =
          next(done)
              .thenAcceptBoth(arrival, (before, handOver) -> handOver.run())
              .whenComplete((nothing, thrown) -> done.complete(null));
    }

    private CompletableFuture<List<Held>> leased(
        PullStream stream, List<ReceivedMessage> messages) {
      try {
        return firstLease.give(
            messages,
            (held, acknowledged) -> {
              stream.left(1);
              sink.ended(held, acknowledged);
            });
      } catch (RuntimeException e) {
        return CompletableFuture.failedFuture(e);
      }
    }

    private void handOver(
        PullStream stream, int count, @Nullable List<Held> held, @Nullable Throwable thrown) {
      if (held == null) {
        sink.failed(
            PubSubClient.failure(Objects.requireNonNull(thrown)),
            () -> arrived(stream, count, count));
      } else {
        sink.arrived(held, () -> arrived(stream, count, count - held.size()));
      }
    }

    private void arrived(PullStream stream, int count, int notOurs) {
      stream.left(notOurs);
      arriving.addAndGet(-count);
    }

    @Override
    public void ended(PullStream stream, @Nullable RuntimeException failure) {
      Duration age = stream.age();
      boolean asWanted = failure == null || stream.isClosing() || isPassing(failure, age);
      Runnable tell =
          () -> {
            if (failure == null || asWanted) {
              sink.arrived(List.of(), () -> streams.remove(stream));
            } else {
              sink.failed(failure, () -> streams.remove(stream));
            }
          };
      if (asWanted && !stream.isClosing() && age.compareTo(PAUSE) < 0) {
        connection.later(PAUSE, tell);
      } else {
        tell.run();
      }
    }

    private static boolean isPassing(RuntimeException failure, Duration age) {
      @Nullable Code status = PubSubClient.status(failure);
      return status != null && PASSING.contains(status) && age.compareTo(YOUNG) >= 0;
    }
  }
}
