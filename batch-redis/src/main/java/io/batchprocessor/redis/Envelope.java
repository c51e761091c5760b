package io.batchprocessor.redis;

import io.batchprocessor.message.Bytes;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A message as it waits in a sorted set of ours, with what belongs to it beside its body:
 *
 * <pre>{@code
 * ~<number> <enqueued> <rank> <attempt> <length of partition> <length of attributes>\n
 * <partition><attributes><body>
 * }</pre>
 *
 * <p>The number, 16 hexadecimal digits that Redis counts up, makes every message unique and orders
 * those of equal rank; enqueued is in milliseconds since the epoch, 0 if unknown; a rank of {@code
 * -} means: by when it is due. Partition is transport and queue, so that deployments that share a
 * retry queue keep apart. Attributes are {@code <length>:<text>} for each name and value. No JSON
 * begins with a tilde, so that what a producer wrote is told from this.
 */
record Envelope(
    String queue,
    int attempt,
    @Nullable Instant enqueuedAt,
    Map<String, String> attributes,
    Bytes body) {

  private static final int LONGEST_HEADER = 160;
  private static final int FIELDS = 6;

  /** Reads a member; empty if it is none of ours. */
  static Optional<Envelope> parse(Bytes member, Kind kind) {
    int end = headerEnd(member);
    if (end < 0) {
      return Optional.empty();
    }
    String[] fields = member.slice(1, end).toUtf8().split(" ", -1);
    if (fields.length != FIELDS) {
      return Optional.empty();
    }
    try {
      long enqueued = Long.parseLong(fields[1]);
      int attempt = Integer.parseInt(fields[3]);
      int attributesFrom = Math.addExact(end + 1, Integer.parseUnsignedInt(fields[4]));
      int bodyFrom = Math.addExact(attributesFrom, Integer.parseUnsignedInt(fields[5]));
      String partition = member.slice(end + 1, attributesFrom).toUtf8();
      if (attempt < 1 || !partition.startsWith(kind.id() + ":")) {
        return Optional.empty();
      }
      return Optional.of(
          new Envelope(
              partition.substring(kind.id().length() + 1),
              attempt,
              enqueued == 0 ? null : Instant.ofEpochMilli(enqueued),
              attributes(member.slice(attributesFrom, bodyFrom)),
              member.slice(bodyFrom, member.length())));
    } catch (NumberFormatException | ArithmeticException | IndexOutOfBoundsException e) {
      return Optional.empty();
    }
  }

  /** All of it that follows the number. */
  byte[] withoutNumber(Kind kind, @Nullable String rank) {
    long enqueued = enqueuedAt == null ? 0 : enqueuedAt.toEpochMilli();
    return concat(enqueued + " ", withoutStamp(kind, rank));
  }

  /** All of it that follows number and time. */
  byte[] withoutStamp(Kind kind, @Nullable String rank) {
    byte[] partition = Keys.utf8(kind.id() + ":" + queue);
    byte[] extras = attributesAsBytes();
    ByteArrayOutputStream out =
        new ByteArrayOutputStream(64 + partition.length + extras.length + body.length());
    out.writeBytes(
        Keys.utf8(
            "%s %d %d %d\n"
                .formatted(rank == null ? "-" : rank, attempt, partition.length, extras.length)));
    out.writeBytes(partition);
    out.writeBytes(extras);
    out.writeBytes(body.toByteArray());
    return out.toByteArray();
  }

  private static int headerEnd(Bytes member) {
    if (member.isEmpty() || member.at(0) != '~') {
      return -1;
    }
    int last = Math.min(member.length(), LONGEST_HEADER);
    for (int i = 1; i < last; i++) {
      if (member.at(i) == '\n') {
        return i;
      }
    }
    return -1;
  }

  private static byte[] concat(String head, byte[] tail) {
    byte[] first = Keys.utf8(head);
    byte[] both = new byte[first.length + tail.length];
    System.arraycopy(first, 0, both, 0, first.length);
    System.arraycopy(tail, 0, both, first.length, tail.length);
    return both;
  }

  private byte[] attributesAsBytes() {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    attributes.forEach(
        (name, value) -> {
          for (String text : new String[] {name, value}) {
            byte[] bytes = Keys.utf8(text);
            out.writeBytes(Keys.utf8(bytes.length + ":"));
            out.writeBytes(bytes);
          }
        });
    return out.toByteArray();
  }

  private static Map<String, String> attributes(Bytes text) {
    if (text.isEmpty()) {
      return Map.of();
    }
    byte[] bytes = text.toByteArray();
    Map<String, String> attributes = new HashMap<>();
    int at = 0;
    @Nullable String name = null;
    while (at < bytes.length) {
      int colon = at;
      while (bytes[colon] != ':') {
        colon++;
      }
      int length =
          Integer.parseUnsignedInt(new String(bytes, at, colon - at, StandardCharsets.US_ASCII));
      String value = new String(bytes, colon + 1, length, StandardCharsets.UTF_8);
      at = colon + 1 + length;
      if (name == null) {
        name = value;
      } else {
        attributes.put(name, value);
        name = null;
      }
    }
    return attributes;
  }
}
