package io.batchprocessor.http;

import io.batchprocessor.message.Bytes;
import io.batchprocessor.spi.ResponseTooLargeException;
import java.nio.ByteBuffer;
import java.util.Arrays;

/**
 * Gathers an answer's body in one array.
 *
 * <p>A length that the server announced sizes the array, but is believed no further than {@link
 * #TRUSTED} bytes ahead of what has come: ten thousand servers that announce a gigabyte and send
 * nothing cost nothing. Used by one thread at a time.
 */
final class AnswerBody {

  /** How much of an announced length is allocated before any of it has come. */
  private static final int TRUSTED = 64 * 1024;

  private static final byte[] NONE = {};

  private final int status;
  private final long announced;
  private final int limit;
  private byte[] array = NONE;
  private int received;

  /**
   * Nothing yet.
   *
   * @param announced the length that the server announced, or -1
   * @throws ResponseTooLargeException if that is above the limit already
   */
  AnswerBody(int status, long announced, int limit) throws ResponseTooLargeException {
    if (announced > limit) {
      throw new ResponseTooLargeException(status, limit);
    }
    this.status = status;
    this.announced = announced;
    this.limit = limit;
  }

  /** Takes all that {@code more} holds. */
  void append(ByteBuffer more) throws ResponseTooLargeException {
    int count = more.remaining();
    if (count > limit - received) {
      throw new ResponseTooLargeException(status, limit);
    }
    if (count > array.length - received) {
      array = Arrays.copyOf(array, capacity(received + count));
    }
    more.get(array, received, count);
    received += count;
  }

  private int capacity(int needed) {
    if (announced >= needed && announced <= TRUSTED) {
      return (int) announced;
    }
    long doubled =
        Math.max(needed, array.length == 0 && announced > 0 ? TRUSTED : 2L * array.length);
    return (int) Math.min(doubled, announced >= needed ? announced : limit);
  }

  /** All that came; the array is given away with it. */
  Bytes bytes() {
    return Bytes.wrap(received == array.length ? array : Arrays.copyOf(array, received));
  }

  /** How far it got, for the message of a failure. */
  String progress() {
    return announced < 0
        ? "%d bytes".formatted(received)
        : "%d of %d bytes".formatted(received, announced);
  }
}
