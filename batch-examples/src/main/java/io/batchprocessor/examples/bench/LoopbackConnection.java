package io.batchprocessor.examples.bench;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.SocketChannel;
import java.util.Arrays;

/**
 * One connection of a {@link LoopbackServer}, on the thread that serves it. While an answer waits
 * for the client to read, nothing is read from the client.
 */
final class LoopbackConnection {
  private static final byte[] NOTHING = {};

  private final SocketChannel channel;
  private final SelectionKey key;
  private final HttpRequestScanner scanner = new HttpRequestScanner();
  private byte[] unread = NOTHING;
  private int unanswered;
  private boolean last;
  private ByteBuffer unsent = ByteBuffer.wrap(NOTHING);

  LoopbackConnection(SocketChannel channel, SelectionKey key) {
    this.channel = channel;
    this.key = key;
  }

  /**
   * Reads what has arrived, and closes the connection at its end or if it can't be understood.
   *
   * @param room to read into, more than the longest head; its content is not kept
   * @return how many requests are whole by it
   */
  int read(byte[] room) throws IOException {
    System.arraycopy(unread, 0, room, 0, unread.length);
    int read = channel.read(ByteBuffer.wrap(room, unread.length, room.length - unread.length));
    if (read < 0) {
      close();
      return 0;
    }
    int requests = scan(room, unread.length + read);
    unanswered += requests;
    return requests;
  }

  private int scan(byte[] bytes, int to) throws IOException {
    int from = 0;
    int requests = 0;
    unread = NOTHING;
    while (from < to && !last) {
      switch (scanner.scan(bytes, from, to)) {
        case REQUEST -> requests++;
        case LAST_REQUEST -> {
          requests++;
          last = true;
        }
        case MORE -> {
          unread = Arrays.copyOfRange(bytes, scanner.position(), to);
          return requests;
        }
        case INVALID -> {
          close();
          return 0;
        }
      }
      from = scanner.position();
    }
    return requests;
  }

  /** Sends this answer once for each of so many requests. */
  void answer(int requests, byte[] answer) throws IOException {
    if (!channel.isOpen()) {
      return;
    }
    unanswered -= requests;
    ByteBuffer out = ByteBuffer.allocate(unsent.remaining() + requests * answer.length);
    out.put(unsent);
    for (int i = 0; i < requests; i++) {
      out.put(answer);
    }
    unsent = out.flip();
    flush();
  }

  /** Sends what can be sent. */
  void flush() throws IOException {
    channel.write(unsent);
    if (unsent.hasRemaining()) {
      key.interestOps(SelectionKey.OP_WRITE);
    } else if (last && unanswered == 0) {
      close();
    } else if (key.interestOps() != SelectionKey.OP_READ) {
      key.interestOps(SelectionKey.OP_READ);
    }
  }

  void close() throws IOException {
    channel.close();
  }
}
