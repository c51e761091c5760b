package io.batchprocessor.http;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.util.HashSet;
import java.util.Iterator;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Keeps every request waiting until a number of them wait, then answers them all; again and again.
 * One thread, and a handful of bytes for each connection.
 */
final class HoldingGateway implements AutoCloseable {

  private static final byte[] ANSWER =
      "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}".getBytes(StandardCharsets.US_ASCII);

  private final int crowd;
  private final int requestBytes;
  private final Selector selector = Selector.open();
  private final ServerSocketChannel listener = ServerSocketChannel.open();
  private volatile int held;
  private final Set<SelectionKey> waiting = new HashSet<>();
  private final Set<SocketChannel> connections = ConcurrentHashMap.newKeySet();
  private final ByteBuffer buffer = ByteBuffer.allocate(64 * 1024);

  /**
   * Holds requests whose bodies have no two blank lines.
   *
   * @param requestBytes how many bytes follow a request's head
   */
  HoldingGateway(int crowd, int requestBytes) throws IOException {
    this.crowd = crowd;
    this.requestBytes = requestBytes;
    listener.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 4096);
    listener.configureBlocking(false);
    listener.register(selector, SelectionKey.OP_ACCEPT);
    Thread thread = new Thread(this::run, "holding-gateway");
    thread.setDaemon(true);
    thread.start();
  }

  URI uri() {
    return URI.create("http://127.0.0.1:" + listener.socket().getLocalPort() + "/");
  }

  /** How many requests wait now. */
  int held() {
    return held;
  }

  private void run() {
    try {
      while (selector.isOpen()) {
        selector.select();
        if (!selector.isOpen()) {
          return;
        }
        for (Iterator<SelectionKey> keys = selector.selectedKeys().iterator(); keys.hasNext(); ) {
          SelectionKey key = keys.next();
          keys.remove();
          if (key.isAcceptable()) {
            accept();
          } else {
            read(key);
          }
        }
        if (waiting.size() == crowd) {
          for (SelectionKey key : waiting) {
            ((SocketChannel) key.channel()).write(ByteBuffer.wrap(ANSWER));
          }
          waiting.clear();
        }
        held = waiting.size();
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void accept() throws IOException {
    for (SocketChannel next = listener.accept(); next != null; next = listener.accept()) {
      connections.add(next);
      next.configureBlocking(false);
      next.register(selector, SelectionKey.OP_READ, new Progress());
    }
  }

  private void read(SelectionKey key) throws IOException {
    buffer.clear();
    int count;
    try {
      count = ((SocketChannel) key.channel()).read(buffer);
    } catch (IOException e) {
      count = -1;
    }
    if (count < 0) {
      key.channel().close();
      connections.remove(key.channel());
      waiting.remove(key);
      return;
    }
    if (((Progress) key.attachment()).ends(buffer.flip(), requestBytes)) {
      waiting.add(key);
    }
  }

  /** How much of a request has come. */
  private static final class Progress {

    private int blank;
    private int bodyBytes;

    boolean ends(ByteBuffer more, int expected) {
      while (more.hasRemaining()) {
        byte next = more.get();
        if (blank == 4) {
          bodyBytes++;
        } else {
          blank = next == "\r\n\r\n".charAt(blank) ? blank + 1 : next == '\r' ? 1 : 0;
        }
      }
      if (blank < 4 || bodyBytes < expected) {
        return false;
      }
      blank = 0;
      bodyBytes = 0;
      return true;
    }
  }

  @Override
  public void close() throws IOException {
    for (SocketChannel one : connections) {
      one.close();
    }
    selector.close();
    listener.close();
  }
}
