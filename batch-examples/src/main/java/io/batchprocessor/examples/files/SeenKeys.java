package io.batchprocessor.examples.files;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.MappedByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.List;

/**
 * Remembers which requests have a result, and which ids the input had so far, on the disk and not
 * on the heap: 16 bytes for each, a hash of the id, in a hash table with linear probing over a
 * mapped file. The file is made anew by each run, out of the output, and is gone when the run ends,
 * however it ends.
 *
 * <p>Of SHA-256 it keeps 126 bits: two of a billion ids are taken for one with a probability below
 * 10<sup>-20</sup> (n²/2<sup>127</sup>, the birthday bound), also where somebody chooses the ids to
 * that end. Not for use by several threads.
 */
final class SeenKeys implements AutoCloseable {

  /** What is known of a key when a line of the input has it. */
  enum Claim {
    /** Nothing. */
    FRESH,
    /** A run before this one dealt with it. */
    ANSWERED,
    /** An earlier line has it. */
    TAKEN
  }

  private static final int SLOT_BYTES = 16;
  private static final int SLOTS_PER_MAP_LOG2 = 26;
  private static final long MIN_SLOTS = 1 << 10;
  private static final int ZEROS_BYTES = 1 << 20;

  /** Set in the first half of each slot that is in use. */
  private static final long USED = Long.MIN_VALUE;

  /** Set in the second half once a line of the input had the key. */
  private static final long CLAIMED = 1;

  private final FileChannel channel;
  private final List<MappedByteBuffer> maps = new ArrayList<>();
  private final long slots;
  private final MessageDigest sha256;
  private long used;
  private boolean linesAnswered;

  /**
   * An empty table.
   *
   * @param file where to put it; is written over
   * @param keys the most keys to come
   * @throws IOException if the disk has no room for it
   */
  SeenKeys(Path file, long keys) throws IOException {
    slots = Math.max(MIN_SLOTS, 2 * Long.highestOneBit(keys + keys / 2));
    sha256 = sha256();
    channel =
        FileChannel.open(
            file,
            StandardOpenOption.CREATE,
            StandardOpenOption.TRUNCATE_EXISTING,
            StandardOpenOption.READ,
            StandardOpenOption.WRITE,
            StandardOpenOption.DELETE_ON_CLOSE);
    try {
      allocate();
    } catch (IOException | RuntimeException e) {
      channel.close();
      throw e;
    }
  }

  /** Writes it in full: a full disk is an exception here, and a crash of the JVM in a map. */
  private void allocate() throws IOException {
    long bytes = slots * SLOT_BYTES;
    ByteBuffer zeros = ByteBuffer.allocate((int) Math.min(bytes, ZEROS_BYTES));
    while (channel.position() < bytes) {
      int unused = channel.write(zeros.clear());
    }
    long mapBytes = Math.min(bytes, (long) SLOT_BYTES << SLOTS_PER_MAP_LOG2);
    for (long offset = 0; offset < bytes; offset += mapBytes) {
      maps.add(channel.map(FileChannel.MapMode.READ_WRITE, offset, mapBytes));
    }
  }

  /** An earlier run stored a result for this id. */
  void answeredId(String id) {
    answered(ofId(id));
  }

  /** An earlier run rejected the line with this number. */
  void answeredLine(long number) {
    answered(ofLine(number));
    linesAnswered = true;
  }

  boolean isAnsweredLine(long number) {
    return linesAnswered && isUsed(find(ofLine(number)));
  }

  /** A line of the input has this id. */
  Claim claimId(String id) {
    Key key = ofId(id);
    long slot = find(key);
    if (!isUsed(slot)) {
      put(slot, key, CLAIMED);
      return Claim.FRESH;
    }
    long low = low(slot);
    if ((low & CLAIMED) != 0) {
      return Claim.TAKEN;
    }
    map(slot).putLong(index(slot) + Long.BYTES, low | CLAIMED);
    return Claim.ANSWERED;
  }

  private void answered(Key key) {
    long slot = find(key);
    if (!isUsed(slot)) {
      put(slot, key, 0);
    }
  }

  /** 126 bits of a hash. */
  private record Key(long high, long low) {}

  private Key ofId(String id) {
    return hash("id:" + id);
  }

  private Key ofLine(long number) {
    return hash("line:" + number);
  }

  private Key hash(String text) {
    ByteBuffer digest = ByteBuffer.wrap(sha256.digest(text.getBytes(StandardCharsets.UTF_8)));
    return new Key(digest.getLong() | USED, digest.getLong() & ~CLAIMED);
  }

  private void put(long slot, Key key, long flags) {
    if (++used > slots - slots / 8) {
      throw new IllegalStateException("more keys than were announced (%d slots)".formatted(slots));
    }
    map(slot).putLong(index(slot), key.high());
    map(slot).putLong(index(slot) + Long.BYTES, key.low() | flags);
  }

  /** The slot that has the key, or the free one where it belongs. */
  private long find(Key key) {
    long slot = key.low() >>> 1 & (slots - 1);
    while (isUsed(slot)
        && (map(slot).getLong(index(slot)) != key.high() || (low(slot) & ~CLAIMED) != key.low())) {
      slot = slot + 1 & (slots - 1);
    }
    return slot;
  }

  private boolean isUsed(long slot) {
    return map(slot).getLong(index(slot)) != 0;
  }

  private long low(long slot) {
    return map(slot).getLong(index(slot) + Long.BYTES);
  }

  private MappedByteBuffer map(long slot) {
    return maps.get((int) (slot >>> SLOTS_PER_MAP_LOG2));
  }

  private static int index(long slot) {
    return (int) (slot & (1 << SLOTS_PER_MAP_LOG2) - 1) * SLOT_BYTES;
  }

  private static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
  }

  @Override
  public void close() throws IOException {
    channel.close();
  }
}
