package io.batchprocessor.gcp.pubsub;

/**
 * How much may wait here at once, in messages and in their bytes: more would be memory and leases
 * that grow without a bound. Guarded by its queue's lock.
 */
final class Room {

  private static final long MOST_BYTES = 256L << 20;

  private final int most;
  private final long mostBytes;
  private int messages;
  private long bytes;

  Room(int most, long mostBytes) {
    this.most = most;
    this.mostBytes = mostBytes;
  }

  /** What may wait for one purpose: an eighth of the heap, 256 MiB at the most. */
  static long bytes() {
    return Math.min(MOST_BYTES, Runtime.getRuntime().maxMemory() / 8);
  }

  void add(Held held) {
    messages++;
    bytes += held.bytes();
  }

  void remove(Held held) {
    messages--;
    bytes -= held.bytes();
  }

  /** Whether nothing more should be asked for. */
  boolean isFull() {
    return messages >= most || bytes >= mostBytes;
  }

  /** Whether something must go. */
  boolean isExceeded() {
    return messages > most || bytes > mostBytes;
  }
}
