package io.batchprocessor.examples.bench;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.net.URI;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.ServerSocketChannel;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.slf4j.LoggerFactory;

/**
 * The least that can be called an HTTP/1.1 server, so that a benchmark of a client measures the
 * client: it reads requests up to their end, with a {@code Content-Length} or without a body, and
 * answers each with the same small JSON, at once or after a fixed delay (so that as many requests
 * as one likes are in flight). Keeps connections alive, answers pipelined requests in order, knows
 * no chunked bodies, and speaks to this machine only. Run it as a process of its own ({@link
 * #main}), or its work is counted as the client's. Thread-safe.
 */
public final class LoopbackServer implements AutoCloseable {

  /** More connections than the kernel usually lets wait; it takes what it allows. */
  private static final int ACCEPT_BACKLOG = 16_384;

  private static final String BODY =
      "{\"id\":\"cmpl-0\",\"object\":\"text_completion\",\"choices\":[{\"index\":0,\"text\":\"ok\","
          + "\"finish_reason\":\"stop\"}],\"usage\":{\"prompt_tokens\":1,\"completion_tokens\":1,"
          + "\"total_tokens\":2}}";

  private final ServerSocketChannel listening;
  private final List<LoopbackLoop> loops;
  private final Thread acceptor;

  private LoopbackServer(ServerSocketChannel listening, List<LoopbackLoop> loops) {
    this.listening = listening;
    this.loops = loops;
    acceptor = new Thread(this::accept, "loopback-acceptor");
    acceptor.setDaemon(true);
  }

  /** Runs a server until the process ends; {@code --help} lists what can be set. */
  public static void main(String[] args) {
    System.exit(LoopbackCommand.run(args));
  }

  /**
   * Starts a server; when this returns it can be called.
   *
   * @param port where to listen, on the loopback address; 0 takes any free one
   * @param threads how many threads serve connections; at least 1
   * @param delay how long each answer waits, to the millisecond; 0 answers at once
   * @throws IOException if it can't listen there
   */
  public static LoopbackServer start(int port, int threads, Duration delay) throws IOException {
    if (threads < 1 || delay.isNegative()) {
      throw new IllegalArgumentException(
          "threads must be at least 1 and delay not negative, were %d and %s"
              .formatted(threads, delay));
    }
    byte[] answer = answer();
    List<LoopbackLoop> loops = new ArrayList<>();
    for (int i = 0; i < threads; i++) {
      loops.add(new LoopbackLoop("loopback-" + i, answer, delay.toNanos()));
    }
    ServerSocketChannel listening = ServerSocketChannel.open();
    listening.setOption(StandardSocketOptions.SO_REUSEADDR, true);
    listening.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), ACCEPT_BACKLOG);
    LoopbackServer server = new LoopbackServer(listening, loops);
    loops.forEach(Thread::start);
    server.acceptor.start();
    return server;
  }

  /** The port that it listens on. */
  public int port() {
    return listening.socket().getLocalPort();
  }

  /** Where it listens: scheme, host and port, without a path. */
  public URI uri() {
    return URI.create("http://127.0.0.1:" + port());
  }

  /** Requests received so far, answered or not. */
  public long requests() {
    return loops.stream().mapToLong(LoopbackLoop::requests).sum();
  }

  /** Stops listening and closes every connection. */
  @Override
  public void close() throws IOException {
    listening.close();
    for (LoopbackLoop loop : loops) {
      loop.shutdown();
    }
  }

  private void accept() {
    int next = 0;
    while (listening.isOpen()) {
      try {
        loops.get(next++ % loops.size()).serve(listening.accept());
      } catch (ClosedChannelException e) {
        return;
      } catch (IOException e) {
        LoggerFactory.getLogger(LoopbackServer.class).warn("A connection was not accepted.", e);
      }
    }
  }

  private static byte[] answer() {
    String head =
        "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n"
            .formatted(BODY.length());
    return (head + BODY).getBytes(StandardCharsets.US_ASCII);
  }
}
