package io.batchprocessor.examples.bench;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.StandardSocketOptions;
import java.nio.channels.ClosedSelectorException;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.util.ArrayDeque;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;

/** One thread of a {@link LoopbackServer}, and the connections that it serves. */
final class LoopbackLoop extends Thread {

  /** Holds the longest incomplete head and as much again. */
  private static final int READ_BYTES = 2 * HttpRequestScanner.MAX_HEAD_BYTES;

  /** Requests of one connection that are answered when their time has come. */
  private record Held(LoopbackConnection connection, int requests, long dueNanos) {}

  private final byte[] answer;
  private final long delayNanos;
  private final Selector selector;
  private final byte[] room = new byte[READ_BYTES];
  private final Queue<SocketChannel> accepted = new ConcurrentLinkedQueue<>();

  /** In the order of their time, since the delay is the same for all. */
  private final ArrayDeque<Held> held = new ArrayDeque<>();

  private volatile long requests;

  LoopbackLoop(String name, byte[] answer, long delayNanos) throws IOException {
    super(name);
    setDaemon(true);
    this.answer = answer;
    this.delayNanos = delayNanos;
    selector = Selector.open();
  }

  /** Serves a new connection. From any thread. */
  void serve(SocketChannel channel) {
    accepted.add(channel);
    selector.wakeup();
  }

  /** Requests received so far. From any thread. */
  long requests() {
    return requests;
  }

  /** Ends the thread and closes its connections. From any thread. */
  void shutdown() throws IOException {
    interrupt();
    selector.wakeup();
  }

  @Override
  public void run() {
    try {
      while (!isInterrupted()) {
        select();
        register();
        answerDue();
      }
      for (SelectionKey key : selector.keys()) {
        key.channel().close();
      }
      selector.close();
    } catch (IOException | ClosedSelectorException e) {
      throw new IllegalStateException(getName() + " stopped serving", e);
    }
  }

  private void select() throws IOException {
    Held next = held.peek();
    if (next == null) {
      selector.select(this::ready);
      return;
    }
    long waitNanos = next.dueNanos() - System.nanoTime();
    if (waitNanos <= 0) {
      selector.selectNow(this::ready);
    } else {
      selector.select(this::ready, Math.max(1, TimeUnit.NANOSECONDS.toMillis(waitNanos)));
    }
  }

  private void ready(SelectionKey key) {
    LoopbackConnection connection = (LoopbackConnection) key.attachment();
    try {
      if (key.isWritable()) {
        connection.flush();
      } else if (key.isReadable()) {
        read(connection);
      }
    } catch (IOException e) {
      close(connection);
    }
  }

  private void read(LoopbackConnection connection) throws IOException {
    int whole = connection.read(room);
    if (whole == 0) {
      return;
    }
    countRequests(whole);
    if (delayNanos == 0) {
      connection.answer(whole, answer);
    } else {
      held.add(new Held(connection, whole, System.nanoTime() + delayNanos));
    }
  }

  @SuppressWarnings("NonAtomicVolatileUpdate") // Only this thread writes.
  private void countRequests(int whole) {
    requests += whole;
  }

  private void answerDue() {
    while (!held.isEmpty() && held.peek().dueNanos() - System.nanoTime() <= 0) {
      Held due = held.remove();
      try {
        due.connection().answer(due.requests(), answer);
      } catch (IOException e) {
        close(due.connection());
      }
    }
  }

  private void register() throws IOException {
    SocketChannel channel;
    while ((channel = accepted.poll()) != null) {
      channel.configureBlocking(false);
      channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
      SelectionKey key = channel.register(selector, SelectionKey.OP_READ);
      key.attach(new LoopbackConnection(channel, key));
    }
  }

  private static void close(LoopbackConnection connection) {
    try {
      connection.close();
    } catch (IOException e) {
      throw new UncheckedIOException("closing a connection failed", e);
    }
  }
}
