package io.batchprocessor.redis;

import io.batchprocessor.message.Bytes;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import redis.clients.jedis.CommandArguments;
import redis.clients.jedis.Protocol.Command;
import redis.clients.jedis.exceptions.JedisConnectionException;
import redis.clients.jedis.exceptions.JedisException;

/**
 * Listens to channels in a thread of its own, and subscribes again when its connection breaks. What
 * is published in between is lost: that is how channels are.
 */
final class Subscription implements AutoCloseable {

  private static final Logger log = LoggerFactory.getLogger(Subscription.class);

  /** After so much silence the server is asked whether it is there. */
  private static final Duration SILENCE = Duration.ofSeconds(5);

  private static final Duration FIRST_BACKOFF = Duration.ofMillis(50);
  private static final Duration LONGEST_BACKOFF = Duration.ofSeconds(5);
  private static final int MESSAGE_PARTS = 3;

  private final RedisConnections redis;
  private final List<String> channels;
  private final List<String> beginnings;
  private final BiConsumer<String, Bytes> listener;
  private final Thread thread;
  private final CountDownLatch closing = new CountDownLatch(1);
  private volatile CountDownLatch subscribed = new CountDownLatch(1);
  private volatile @Nullable ListeningConnection current;
  private volatile @Nullable RuntimeException lastFailure;

  /**
   * Begins to listen.
   *
   * @param beginnings channels that are listened to as well, and on which a word that no other has
   *     is published whenever this begins to listen: in one transaction, so that nothing comes
   *     between the two. The listener gets that word first.
   * @param listener gets channel and message in this subscription's thread; while it works, the
   *     server keeps what follows, as long as its output buffer lasts
   */
  Subscription(
      RedisConnections redis,
      String threadName,
      List<String> channels,
      List<String> beginnings,
      BiConsumer<String, Bytes> listener) {
    this.redis = redis;
    this.channels = channels;
    this.beginnings = beginnings;
    this.listener = listener;
    this.thread = new Thread(this::run, threadName);
    thread.setDaemon(true);
    thread.start();
  }

  /** Whether it listens now. */
  boolean isSubscribed() {
    return subscribed.getCount() == 0;
  }

  /** Why it last failed to listen, or ceased to; null if it never did. */
  @Nullable RuntimeException lastFailure() {
    return lastFailure;
  }

  /** Waits until it listens; says whether it does. */
  boolean awaitSubscribed(Duration timeout) throws InterruptedException {
    return subscribed.await(timeout.toMillis(), TimeUnit.MILLISECONDS);
  }

  private void run() {
    Duration backoff = FIRST_BACKOFF;
    while (!isClosing()) {
      try {
        listen();
      } catch (JedisException | IllegalStateException e) {
        if (isClosing()) {
          return;
        }
        lastFailure = e;
        boolean wasSubscribed = isSubscribed();
        if (wasSubscribed) {
          subscribed = new CountDownLatch(1);
          backoff = FIRST_BACKOFF;
          log.warn(
              "subscription to {} broke, what is published until it is back is lost: {}",
              channels,
              e.getMessage());
        }
        pause(backoff);
        backoff =
            backoff.multipliedBy(2).compareTo(LONGEST_BACKOFF) < 0
                ? backoff.multipliedBy(2)
                : LONGEST_BACKOFF;
      } finally {
        redis.drop(current);
      }
    }
  }

  private void listen() {
    ListeningConnection connection = redis.openListening(Keys.utf8(channels.get(0)));
    current = connection;
    begin(connection);
    boolean asked = false;
    while (!isClosing()) {
      @Nullable Object said = connection.next(SILENCE);
      if (said != null) {
        asked = false;
        hear((List<?>) said);
      } else if (asked) {
        throw new JedisConnectionException("no answer for " + SILENCE.toSeconds() + " s");
      } else {
        connection.sendCommand(Command.PING);
        connection.send();
        asked = true;
      }
    }
  }

  private void begin(ListeningConnection connection) {
    byte[] word = Keys.utf8(UUID.randomUUID().toString());
    connection.sendCommand(Command.MULTI);
    for (String beginning : beginnings) {
      connection.sendCommand(
          new CommandArguments(Command.PUBLISH).add(Keys.utf8(beginning)).add(word));
    }
    CommandArguments subscribe = new CommandArguments(Command.SUBSCRIBE);
    channels.forEach(channel -> subscribe.add(Keys.utf8(channel)));
    beginnings.forEach(channel -> subscribe.add(Keys.utf8(channel)));
    connection.sendCommand(subscribe);
    connection.sendCommand(Command.EXEC);
    connection.send();
    for (int i = 0; i < beginnings.size() + 2; i++) {
      answer(connection);
    }
    List<?> executed = (List<?>) answer(connection);
    for (Object one : executed) {
      if (one instanceof JedisException refusal) {
        throw refusal;
      }
    }
    beginnings.forEach(channel -> listener.accept(channel, Bytes.wrap(word)));
    // For the first channel; those for the others follow by themselves.
    hear((List<?>) executed.get(beginnings.size()));
  }

  private Object answer(ListeningConnection connection) {
    @Nullable Object said = connection.next(redis.address().timeout());
    if (said == null) {
      throw new JedisConnectionException("no answer for " + redis.address().timeout());
    }
    return said;
  }

  private void hear(List<?> said) {
    String what = text(said.get(0));
    if (what.equals("message") && said.size() == MESSAGE_PARTS) {
      listener.accept(text(said.get(1)), Bytes.wrap((byte[]) said.get(2)));
    } else if (what.equals("subscribe")
        && ((Long) said.get(2)) == channels.size() + beginnings.size()) {
      subscribed.countDown();
    }
  }

  private static String text(Object bytes) {
    return new String((byte[]) bytes, StandardCharsets.UTF_8);
  }

  private boolean isClosing() {
    return closing.getCount() == 0;
  }

  private void pause(Duration backoff) {
    try {
      if (closing.await(backoff.toMillis(), TimeUnit.MILLISECONDS)) {
        Thread.currentThread().interrupt();
      }
    } catch (InterruptedException e) {
      // Only close() could mean this thread, and the loop sees that.
      Thread.currentThread().interrupt();
    }
  }

  /** Ends the thread and its connection. */
  @Override
  public void close() {
    closing.countDown();
    redis.drop(current);
    Threads.join(thread);
  }
}
