package io.batchprocessor.message;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Objects;

/**
 * An immutable run of bytes: a message as the broker holds it, or a part of one.
 *
 * <p>A {@linkplain #slice slice} shares the memory of what it was cut from, so that a payload
 * travels from the queue to the gateway without being copied. Safe to use from several threads.
 */
public final class Bytes {

  /** No bytes at all. */
  public static final Bytes EMPTY = new Bytes(new byte[0], 0, 0);

  private final byte[] array;
  private final int offset;
  private final int length;

  private Bytes(byte[] array, int offset, int length) {
    this.array = array;
    this.offset = offset;
    this.length = length;
  }

  /** Bytes that hold a copy of {@code array}. */
  public static Bytes copyOf(byte[] array) {
    return wrap(array.clone());
  }

  /**
   * Bytes over {@code array} itself. The caller gives the array up: whoever writes to it afterwards
   * breaks the promise of this class.
   */
  public static Bytes wrap(byte[] array) {
    Objects.requireNonNull(array, "array");
    return array.length == 0 ? EMPTY : new Bytes(array, 0, array.length);
  }

  /** The UTF-8 form of {@code text}; an unpaired surrogate becomes {@code ?}. */
  public static Bytes utf8(String text) {
    return wrap(text.getBytes(StandardCharsets.UTF_8));
  }

  /** How many bytes there are. */
  public int length() {
    return length;
  }

  /** Whether there are none. */
  public boolean isEmpty() {
    return length == 0;
  }

  /**
   * The byte at {@code index}.
   *
   * @throws IndexOutOfBoundsException unless 0 ≤ index &lt; length
   */
  public byte at(int index) {
    return array[offset + Objects.checkIndex(index, length)];
  }

  /**
   * The bytes from {@code from} (inclusive) to {@code to} (exclusive), over the same memory.
   *
   * @throws IndexOutOfBoundsException unless 0 ≤ from ≤ to ≤ length
   */
  public Bytes slice(int from, int to) {
    Objects.checkFromToIndex(from, to, length);
    return from == to ? EMPTY : new Bytes(array, offset + from, to - from);
  }

  /** The first bytes, {@code most} of them or all there are, over the same memory. */
  public Bytes first(int most) {
    return slice(0, Math.min(most, length));
  }

  /** A read-only view, positioned at the first byte. */
  public ByteBuffer asByteBuffer() {
    return ByteBuffer.wrap(array, offset, length).slice().asReadOnlyBuffer();
  }

  /** A copy. */
  public byte[] toByteArray() {
    return Arrays.copyOfRange(array, offset, offset + length);
  }

  /**
   * Writes all bytes to {@code out}.
   *
   * @throws IOException if {@code out} does
   */
  public void writeTo(OutputStream out) throws IOException {
    out.write(array, offset, length);
  }

  /** The bytes as UTF-8 text; what is malformed becomes U+FFFD. */
  public String toUtf8() {
    return new String(array, offset, length, StandardCharsets.UTF_8);
  }

  byte[] backingArray() {
    return array;
  }

  int backingOffset() {
    return offset;
  }

  @Override
  public boolean equals(Object other) {
    return this == other
        || (other instanceof Bytes that
            && Arrays.equals(
                array,
                offset,
                offset + length,
                that.array,
                that.offset,
                that.offset + that.length));
  }

  @Override
  public int hashCode() {
    return asByteBuffer().hashCode();
  }

  /** The length only: contents are a user's data and stay out of logs. */
  @Override
  public String toString() {
    return "Bytes[" + length + "]";
  }
}
