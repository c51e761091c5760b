package io.batchprocessor.gcp.pubsub;

import com.google.pubsub.v1.ReceivedMessage;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * Asks one subscription for messages, on behalf of a queue and only while somebody waits for them
 * there.
 */
interface Pulls {

  /** How it is done: the values of {@code pubsub.pull}. */
  enum Kind {
    STREAMING,
    UNARY
  }

  /** Understands a message, and says who is to be told of its end. */
  @FunctionalInterface
  interface Reader {
    Held read(ReceivedMessage message, Held.Keeper keeper);
  }

  /** Where messages go. Called by the threads of the connection, one message after the other. */
  interface Sink extends Held.Keeper {

    /**
     * What came, be it nothing; more may be asked for.
     *
     * @param also what changes in the same step, for whoever looks: between the two it would seem
     *     that nothing came and nothing will
     */
    void arrived(List<Held> messages, Runnable also);

    /** Asking failed; it may be repeated. */
    void failed(RuntimeException failure, Runnable also);
  }

  static Pulls of(
      Kind kind,
      PubSubClient client,
      Connection connection,
      Source source,
      PubSubConfig config,
      Reader reader,
      Sink sink) {
    return switch (kind) {
      case STREAMING -> new StreamingPulls(client, connection, source, config, reader, sink);
      case UNARY -> new UnaryPulls(client, connection, source, config, reader, sink);
    };
  }

  /**
   * Decides, under the lock of the sink, how to ask for messages because somebody waits for that
   * many.
   *
   * @return what asks for them, to be run without the lock; null if some may come anyway
   */
  @Nullable Runnable ask(int max);

  /** Whether something may come that nobody waits for, other than what one call asked for. */
  boolean comesUnasked();

  /** How long a message that nobody asked for may stay here before the broker has it back. */
  Duration linger();

  /**
   * Asks for nothing more until the next {@link #ask}.
   *
   * @return done when what was asked for before will not come any more, as far as that can be told
   */
  CompletableFuture<?> rest();
}
