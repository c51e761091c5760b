package io.batchprocessor.memory;

import io.batchprocessor.message.Bytes;
import io.batchprocessor.spi.DeadLetter;
import io.batchprocessor.spi.DeadLetterQueue;
import io.batchprocessor.spi.Delivery;
import io.batchprocessor.spi.StoredDeadLetter;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Objects;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Messages that can't be answered. Nobody waits for them, so a full queue must not hold up those
 * that can: it makes room by giving up the oldest, aloud.
 */
final class MemoryDeadLetterQueue implements DeadLetterQueue {

  private static final Logger log = LoggerFactory.getLogger(MemoryTransport.class);

  /** A storm of them must not fill the log. */
  private static final long WARNING_NANOS = Duration.ofSeconds(10).toNanos();

  private final Guard guard;
  private final int capacity;
  private final InstantSource clock;
  private final ArrayDeque<Kept> letters = new ArrayDeque<>();
  private long added;
  private long givenUp;
  private long nextWarning;

  /** A letter, its number and when it came. */
  private record Kept(long number, DeadLetter letter, Instant at) {

    StoredDeadLetter stored(int maxBodyBytes) {
      Bytes body = letter.delivery().body();
      return new StoredDeadLetter(
          Long.toString(number),
          letter.delivery().queue(),
          body.first(maxBodyBytes),
          body.length(),
          letter.reason(),
          at);
    }
  }

  MemoryDeadLetterQueue(Guard guard, InstantSource clock, int capacity) {
    this.guard = guard;
    this.clock = clock;
    this.capacity = capacity;
  }

  @Override
  public List<Delivery> deadLetter(List<DeadLetter> batch) {
    Objects.requireNonNull(batch, "letters");
    batch.forEach(letter -> Lease.of(letter.delivery(), guard));
    List<Delivery> lost = new ArrayList<>();
    List<DeadLetter> stored = new ArrayList<>();
    long givenUpSinceWarning;
    Instant at = clock.instant();
    guard.lockOpen();
    try {
      long now = guard.now();
      for (DeadLetter letter : batch) {
        Lease lease = Lease.of(letter.delivery(), guard);
        if (lease.queue().end(lease, now)) {
          letters.add(new Kept(++added, letter, at));
          stored.add(letter);
        } else {
          lost.add(letter.delivery());
        }
      }
      while (letters.size() > capacity) {
        letters.remove();
        givenUp++;
      }
      givenUpSinceWarning = takeGivenUp(now);
    } finally {
      guard.unlock();
    }
    stored.forEach(this::tellOwner);
    if (givenUpSinceWarning > 0) {
      log.warn(
          "dead letters are full ({}): the oldest are given up, {} since this was said last; take"
              + " them with takeDeadLetters, or raise memory.dead-letter-capacity",
          capacity,
          givenUpSinceWarning);
    }
    return lost;
  }

  /** Lock held: how many were given up and nobody was told of, if it is time to tell; else 0. */
  private long takeGivenUp(long now) {
    if (givenUp == 0 || now < nextWarning) {
      return 0;
    }
    long untold = givenUp;
    givenUp = 0;
    nextWarning = now + WARNING_NANOS;
    return untold;
  }

  /** Takes the oldest letters, also after the transport is closed. */
  List<DeadLetter> take(int max) {
    if (max < 1) {
      throw new IllegalArgumentException("max must be at least 1, is " + max);
    }
    List<DeadLetter> taken = new ArrayList<>();
    guard.lock();
    try {
      while (taken.size() < max && !letters.isEmpty()) {
        taken.add(letters.remove().letter());
      }
    } finally {
      guard.unlock();
    }
    return taken;
  }

  List<StoredDeadLetter> peek(int max, int maxBodyBytes) {
    if (max < 1) {
      throw new IllegalArgumentException("max must be at least 1, is " + max);
    }
    if (maxBodyBytes < 0) {
      throw new IllegalArgumentException("maxBodyBytes must be at least 0, is " + maxBodyBytes);
    }
    guard.lockOpen();
    try {
      return letters.stream().limit(max).map(kept -> kept.stored(maxBodyBytes)).toList();
    } finally {
      guard.unlock();
    }
  }

  /**
   * Takes one letter out, and under the same lock does something with it.
   *
   * @return whether there was such a letter
   */
  boolean remove(String key, Consumer<DeadLetter> action) {
    guard.lockOpen();
    try {
      Iterator<Kept> oldestFirst = letters.iterator();
      while (oldestFirst.hasNext()) {
        Kept kept = oldestFirst.next();
        if (Long.toString(kept.number()).equals(key)) {
          action.accept(kept.letter());
          oldestFirst.remove();
          return true;
        }
      }
      return false;
    } finally {
      guard.unlock();
    }
  }

  /** Lock held: how full it is. */
  String state() {
    return "deadLetters=%d/%d".formatted(letters.size(), capacity);
  }

  private void tellOwner(DeadLetter letter) {
    PendingResult reply = Lease.of(letter.delivery(), guard).reply();
    if (reply != null) {
      reply.fail("it went to the dead letters: " + letter.reason());
    }
  }
}
