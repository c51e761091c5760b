package io.batchprocessor;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * A gateway in a process of its own, with one thread for any number of connections, that holds all
 * answers until so many requests have arrived and a line comes in on standard input. Says on
 * standard output {@code port N}, and {@code arrived N} once all are there.
 */
final class HoldingGateway {

  private static final byte[] ANSWER =
      "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 11\r\n\r\n{\"ok\":true}"
          .getBytes(StandardCharsets.US_ASCII);
  private static final String LENGTH = "content-length:";

  private final int expected;
  private final Selector selector = Selector.open();
  private final List<SocketChannel> held = new ArrayList<>();

  private HoldingGateway(int expected) throws IOException {
    this.expected = expected;
  }

  /** Runs until all are answered. */
  public static void main(String[] args) throws IOException {
    new HoldingGateway(Integer.parseInt(args[0])).serve();
  }

  private void serve() throws IOException {
    try (ServerSocketChannel listener = ServerSocketChannel.open()) {
      listener.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 4_096);
      listener.configureBlocking(false);
      listener.register(selector, SelectionKey.OP_ACCEPT);
      System.out.println("port " + listener.socket().getLocalPort());
      while (held.size() < expected) {
        selector.select();
        for (SelectionKey key : selector.selectedKeys()) {
          if (key.isAcceptable()) {
            accept(listener);
          } else {
            read(key);
          }
        }
        selector.selectedKeys().clear();
      }
      System.out.println("arrived " + held.size());
      int line = System.in.read();
      for (SocketChannel channel : held) {
        channel.configureBlocking(true);
        channel.write(ByteBuffer.wrap(ANSWER));
      }
      System.out.println("answered " + held.size());
      while (line >= 0) {
        line = System.in.read();
      }
    }
  }

  private void accept(ServerSocketChannel listener) throws IOException {
    for (SocketChannel channel = listener.accept(); channel != null; channel = listener.accept()) {
      channel.configureBlocking(false);
      channel.register(selector, SelectionKey.OP_READ, ByteBuffer.allocate(2_048));
    }
  }

  private void read(SelectionKey key) throws IOException {
    SocketChannel channel = (SocketChannel) key.channel();
    ByteBuffer buffer = (ByteBuffer) key.attachment();
    if (channel.read(buffer) < 0) {
      channel.close();
    } else if (isWhole(buffer)) {
      key.cancel();
      held.add(channel);
    }
  }

  private static boolean isWhole(ByteBuffer buffer) {
    String text =
        StandardCharsets.ISO_8859_1
            .decode(buffer.duplicate().flip())
            .toString()
            .toLowerCase(Locale.ROOT);
    int head = text.indexOf("\r\n\r\n");
    int length = text.indexOf(LENGTH);
    return head >= 0
        && length >= 0
        && text.length()
            >= head
                + 4
                + Integer.parseInt(
                    text.substring(length + LENGTH.length(), text.indexOf('\r', length)).strip());
  }
}
