package io.batchprocessor.gcp.pubsub;

import com.google.protobuf.ByteString;
import com.google.protobuf.Timestamp;
import com.google.pubsub.v1.PubsubMessage;
import com.google.pubsub.v1.ReceivedMessage;
import io.batchprocessor.gcp.pubsub.Held.Facts;
import io.batchprocessor.message.Bytes;
import io.batchprocessor.message.ResultMessage;
import io.batchprocessor.spi.DeadLetter;
import io.batchprocessor.spi.Delivery;
import io.batchprocessor.spi.Retry;
import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** How requests, retries, results and dead letters look on the wire. */
final class Messages {

  /** Bytes that Pub/Sub takes in one publish request, and so in one message. */
  static final int LONGEST = 10_000_000;

  /**
   * A message may have 100 attributes, of 1024 bytes each.
   *
   * @see <a href="https://cloud.google.com/pubsub/quotas#resource_limits">Quotas</a>
   */
  private static final int MOST_ATTRIBUTES = 100;

  private static final int LONGEST_ATTRIBUTE = 1024;
  private static final int SHORT_ATTRIBUTE = 100;

  private static final String RETRY = "batch-retry-";
  private static final String ATTEMPT = RETRY + "attempt";
  private static final String DELAY = RETRY + "delay-ms";
  private static final String QUEUE = RETRY + "queue";
  private static final String PUBLISHED = RETRY + "published";
  private static final String BYTES = "request-bytes";
  private static final Set<String> OF_RETRIES = Set.of(ATTEMPT, DELAY, QUEUE, PUBLISHED);

  private final Returned returned;

  Messages(Returned returned) {
    this.returned = returned;
  }

  /** A message of a request subscription. */
  Held request(Source source, Held.Keeper keeper, ReceivedMessage received) {
    PubsubMessage message = received.getMessage();
    return held(
        source,
        keeper,
        received,
        source.queue(),
        1,
        attributes(message),
        instant(message.getPublishTime()));
  }

  /** A message of the retry subscription, be it one that we did not write. */
  Held retry(Source source, Held.Keeper keeper, ReceivedMessage received) {
    PubsubMessage message = received.getMessage();
    Map<String, String> attributes = attributes(message);
    attributes.keySet().removeAll(OF_RETRIES);
    return held(
        source,
        keeper,
        received,
        message.getAttributesOrDefault(QUEUE, source.queue()),
        (int) Math.min(Integer.MAX_VALUE, number(message, ATTEMPT, 1)),
        attributes,
        publishedAt(message));
  }

  private Held held(
      Source source,
      Held.Keeper keeper,
      ReceivedMessage received,
      String queue,
      int attempt,
      Map<String, String> attributes,
      Instant publishedAt) {
    PubsubMessage message = received.getMessage();
    Returned.@Nullable Memory memory = returned.take(source, message.getMessageId());
    int forgiven = memory == null ? 0 : memory.forgiven();
    return new Held(
        source,
        keeper,
        received.getAckId(),
        message,
        new Facts(
            queue,
            memory == null ? attempt : memory.attempt(),
            source.counted() ? Math.max(1, received.getDeliveryAttempt() - forgiven) : 1,
            forgiven,
            attributes,
            publishedAt));
  }

  /** What waits in the retry topic; null if Pub/Sub would not take it. */
  static @Nullable PubsubMessage retry(Held held, Retry retry) {
    PubsubMessage message =
        PubsubMessage.newBuilder()
            .setData(held.message().getData())
            .putAllAttributes(held.message().getAttributesMap())
            .putAllAttributes(retry.notes())
            .putAttributes(ATTEMPT, String.valueOf(retry.attempt()))
            .putAttributes(DELAY, String.valueOf(retry.delay().toMillis()))
            .putAttributes(QUEUE, held.facts().queue())
            .putAttributes(PUBLISHED, held.facts().publishedAt().toString())
            .build();
    return message.getAttributesCount() <= MOST_ATTRIBUTES && fits(message) ? message : null;
  }

  /** A result, with what subscribers may filter by. */
  static PubsubMessage result(Delivery delivery, ResultMessage result, boolean ordered) {
    PubsubMessage.Builder message =
        PubsubMessage.newBuilder()
            .setData(data(result.toJson()))
            .putAttributes("id", attribute(result.id(), LONGEST_ATTRIBUTE))
            .putAttributes("attempt", String.valueOf(result.attempts()))
            .putAttributes("queue", delivery.queue());
    result
        .statusCode()
        .ifPresent(status -> message.putAttributes("status", String.valueOf(status)));
    result.errorCode().ifPresent(error -> message.putAttributes("error", error.name()));
    delivery
        .enqueuedAt()
        .ifPresent(time -> message.putAttributes("request-published", time.toString()));
    @Nullable Held held = Held.find(delivery);
    if (ordered && held != null) {
      message.setOrderingKey(held.message().getOrderingKey());
    }
    return message.build();
  }

  /**
   * A message that nobody can be told about, in the forms in which the topic may take it: with all
   * attributes as far as there is room, with ours alone, as its body alone, and, so that nothing
   * holds up the others for ever, as a note of what it was.
   */
  static List<PubsubMessage> deadLetter(DeadLetter letter) {
    Held held = Held.of(letter.delivery());
    Map<String, String> ours = new HashMap<>();
    ours.put("reason", attribute(letter.reason(), LONGEST_ATTRIBUTE));
    ours.put("queue", letter.delivery().queue());
    ours.put("attempt", String.valueOf(letter.delivery().attempt()));
    ours.put("delivery-count", String.valueOf(letter.delivery().deliveryCount()));
    ours.put("request-published", held.facts().publishedAt().toString());
    ours.put("request-message-id", held.message().getMessageId());
    Map<String, String> all = new HashMap<>(ours);
    held.facts()
        .attributes()
        .forEach(
            (name, value) -> {
              if (all.size() < MOST_ATTRIBUTES) {
                all.putIfAbsent(name, value);
              }
            });
    ours.put("reason", attribute(letter.reason(), SHORT_ATTRIBUTE));
    PubsubMessage body = PubsubMessage.newBuilder().setData(held.message().getData()).build();
    List<PubsubMessage> forms =
        Stream.of(all, ours)
            .map(attributes -> body.toBuilder().putAllAttributes(attributes).build())
            .filter(Messages::fits)
            .collect(Collectors.toCollection(ArrayList::new));
    // As long as it may be, it came with a topic's name too: this topic's may leave it room.
    forms.add(body);
    ours.put(BYTES, String.valueOf(body.getData().size()));
    forms.add(PubsubMessage.newBuilder().putAllAttributes(ours).build());
    return forms;
  }

  /** Whether a dead letter is in the last of its forms, without its body. */
  static boolean isNote(PubsubMessage deadLetter) {
    return deadLetter.containsAttributes(BYTES);
  }

  static PubsubMessage request(Bytes body) {
    return PubsubMessage.newBuilder().setData(data(body)).build();
  }

  /** Whether Pub/Sub takes a message of this size; its request adds the topic's name. */
  static boolean fits(PubsubMessage message) {
    return message.getSerializedSize() + 512 <= LONGEST;
  }

  /**
   * What the producer said beside the body. Pub/Sub's clients send trace context on as {@code
   * googclient_traceparent}; it is also given its usual name, by which it reaches the gateway.
   */
  private static Map<String, String> attributes(PubsubMessage message) {
    Map<String, String> attributes = new HashMap<>(message.getAttributesMap());
    for (String name : new String[] {"traceparent", "tracestate"}) {
      @Nullable String value = attributes.get("googclient_" + name);
      if (value != null) {
        attributes.putIfAbsent(name, value);
      }
    }
    return attributes;
  }

  private static Instant publishedAt(PubsubMessage message) {
    try {
      return Instant.parse(message.getAttributesOrDefault(PUBLISHED, ""));
    } catch (DateTimeException e) {
      return instant(message.getPublishTime());
    }
  }

  private static long number(PubsubMessage message, String attribute, long otherwise) {
    String text = message.getAttributesOrDefault(attribute, "");
    return text.matches("\\d{1,15}") ? Math.max(otherwise, Long.parseLong(text)) : otherwise;
  }

  private static ByteString data(Bytes bytes) {
    return ByteString.copyFrom(bytes.asByteBuffer());
  }

  private static Instant instant(Timestamp time) {
    return Instant.ofEpochSecond(time.getSeconds(), time.getNanos());
  }

  /**
   * How long a retry has to wait; negative: for how long it has been due. It was published by the
   * broker's clock, and that may be ahead of ours: nothing waits for longer than it was to.
   */
  static Duration untilDue(PubsubMessage message, Instant now) {
    Duration delay = Duration.ofMillis(number(message, DELAY, 0));
    Duration elapsed = Duration.between(instant(message.getPublishTime()), now);
    return elapsed.isNegative() ? delay : delay.minus(elapsed);
  }

  /** As much of a text as goes into so many bytes. */
  private static String attribute(String text, int bytes) {
    String cut = text;
    while (cut.getBytes(StandardCharsets.UTF_8).length > bytes) {
      cut = cut.substring(0, cut.offsetByCodePoints(cut.length(), -1));
    }
    return cut;
  }
}
