package io.batchprocessor.redis;

import io.batchprocessor.message.Bytes;
import io.batchprocessor.spi.WaitingMessage;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Shows what waits. What a lease that ran out gave back is shown once somebody took up the set. */
final class Peeking {

  private static final Script PEEK = Script.of("peek.lua");

  private final RedisConnections redis;
  private final RedisConfig config;
  private final Layout layout;
  private final MessageFormat format;

  Peeking(RedisConnections redis, RedisConfig config, Layout layout, MessageFormat format) {
    this.redis = redis;
    this.config = config;
    this.layout = layout;
    this.format = format;
  }

  List<WaitingMessage> peek(String queue, int max, int maxBodyBytes, List<RedisQueue> queues) {
    if (max < 1) {
      throw new IllegalArgumentException("max must be at least 1, is " + max);
    }
    if (maxBodyBytes < 0) {
      throw new IllegalArgumentException("maxBodyBytes must be at least 0, is " + maxBodyBytes);
    }
    redis.checkOpen();
    if (queue.equals(config.retryQueue())) {
      return retries(max, maxBodyBytes);
    }
    int index = config.requestQueues().indexOf(queue);
    if (index < 0) {
      throw new IllegalArgumentException(
          "there is no queue '%s'; there are: %s, and for retries %s"
              .formatted(queue, String.join(", ", config.requestQueues()), config.retryQueue()));
    }
    Source source = layout.requests().get(index);
    return switch (config.kind()) {
      case CHANNELS -> queues.get(index).shown(max, maxBodyBytes);
      case STREAMS ->
          ask("s", layout.keysOf(source, 2), max, maxBodyBytes).stream()
              .map(found -> new WaitingMessage(queue, found.message(), found.length(), 1, null))
              .toList();
      case SORTED_SET ->
          ask("z", layout.keysOf(source, 1), max, maxBodyBytes).stream()
              .map(found -> waiting(found, queue, maxBodyBytes, null))
              .toList();
    };
  }

  /** Those that are due, of each request queue, and those that are not, of this transport. */
  private List<WaitingMessage> retries(int max, int maxBodyBytes) {
    List<WaitingMessage> due = new ArrayList<>();
    for (int i = 0; i < layout.retries().size(); i++) {
      String queue = config.requestQueues().get(i);
      for (Found found : ask("z", layout.keysOf(layout.retries().get(i), 1), max, maxBodyBytes)) {
        due.add(waiting(found, queue, maxBodyBytes, null));
      }
    }
    Stream<WaitingMessage> later =
        ask("z", List.of(layout.retry()), max, maxBodyBytes).stream()
            .flatMap(found -> later(found, maxBodyBytes).stream());
    return Stream.concat(
            due.stream(), later.sorted(Comparator.comparing(one -> one.due().orElseThrow())))
        .limit(max)
        .toList();
  }

  /** Empty if it is another deployment's. */
  private Optional<WaitingMessage> later(Found found, int maxBodyBytes) {
    Instant dueAt = Instant.ofEpochMilli(Math.round(found.score() * 1000));
    if (config.wireFormat() == WireFormat.LLM_D_ASYNC) {
      String queue = config.requestQueues().get(0);
      return Optional.of(waiting(found, queue, maxBodyBytes, dueAt));
    }
    return Envelope.parse(found.message(), config.kind())
        .filter(envelope -> config.requestQueues().contains(envelope.queue()))
        .map(envelope -> waiting(found, envelope, maxBodyBytes, dueAt));
  }

  private WaitingMessage waiting(
      Found found, String queue, int maxBodyBytes, @Nullable Instant dueAt) {
    return waiting(found, format.read(found.message(), queue).message(), maxBodyBytes, dueAt);
  }

  private static WaitingMessage waiting(
      Found found, Envelope message, int maxBodyBytes, @Nullable Instant dueAt) {
    Bytes body = message.body();
    return new WaitingMessage(
        message.queue(),
        body.first(maxBodyBytes),
        body.length() + found.cut(),
        message.attempt(),
        dueAt);
  }

  /**
   * What was found.
   *
   * @param message without the end of its body
   * @param length what it has in Redis
   */
  private record Found(Bytes message, int length, double score) {

    int cut() {
      return length - message.length();
    }
  }

  private List<Found> ask(String kind, List<byte[]> keys, int max, int maxBodyBytes) {
    // Of their JSON around the body nothing can be read if its end is missing.
    boolean whole = config.wireFormat() == WireFormat.LLM_D_ASYNC;
    List<byte[]> args =
        List.of(
            Keys.utf8(kind),
            Keys.number(max),
            Keys.utf8(config.group()),
            Keys.number(whole ? -1 : maxBodyBytes));
    List<Found> found = new ArrayList<>();
    for (Object one : (List<?>) redis.run(PEEK, keys, args)) {
      List<?> fields = (List<?>) one;
      String score = Bytes.wrap((byte[]) fields.get(1)).toUtf8();
      found.add(
          new Found(
              Bytes.wrap((byte[]) fields.get(0)),
              ((Long) fields.get(2)).intValue(),
              score.isEmpty() ? 0 : Double.parseDouble(score)));
    }
    return found;
  }
}
