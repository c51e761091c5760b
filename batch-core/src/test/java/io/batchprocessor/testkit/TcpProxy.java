package io.batchprocessor.testkit;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;

/**
 * A network before a broker, that can be cut and slowed: for a {@link Broker} that would forget
 * everything if it was killed, and for tests of an adapter's timeouts. Any thread may call it.
 */
public final class TcpProxy implements AutoCloseable {

  private static final long PAUSE_NANOS = Duration.ofMillis(10).toNanos();

  private final ServerSocket listener;
  private final int target;
  private final Set<Socket> open = ConcurrentHashMap.newKeySet();

  /** How often it was cut: a connection that is being made meanwhile is broken too. */
  private final AtomicInteger cuts = new AtomicInteger();

  private volatile boolean cut;
  private volatile long delayNanos;

  /** Before a server on that port of this machine. */
  public TcpProxy(int target) {
    this.target = target;
    try {
      listener = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    daemon(this::accept);
  }

  /** What to connect to instead, on this machine. */
  public int port() {
    return listener.getLocalPort();
  }

  /** Breaks every connection, and each new one, until it is mended. */
  public void cut() {
    cut = true;
    cuts.incrementAndGet();
    open.forEach(TcpProxy::closeQuietly);
  }

  /** Lets new connections through. */
  public void mend() {
    cut = false;
  }

  /** Holds back every piece of data for so long. */
  public void slow(long nanos) {
    delayNanos = nanos;
  }

  private void accept() {
    while (!listener.isClosed()) {
      try {
        connect(listener.accept());
      } catch (IOException e) {
        // The next connection may do better; a closed listener ends the loop.
        LockSupport.parkNanos(PAUSE_NANOS);
      }
    }
  }

  /** A client whose server can't be reached has its connection closed, and is not left waiting. */
  private void connect(Socket client) throws IOException {
    int cutsBefore = cuts.get();
    if (cut) {
      closeQuietly(client);
      return;
    }
    Socket server = new Socket();
    open.add(client);
    open.add(server);
    try {
      server.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), target));
      client.setTcpNoDelay(true);
      server.setTcpNoDelay(true);
    } catch (IOException e) {
      end(client, server);
      throw e;
    }
    if (cut || cuts.get() != cutsBefore) {
      end(client, server);
      return;
    }
    daemon(() -> pipe(client, server));
    daemon(() -> pipe(server, client));
  }

  private void end(Socket one, Socket other) {
    closeQuietly(one);
    closeQuietly(other);
    open.remove(one);
    open.remove(other);
  }

  private void pipe(Socket from, Socket to) {
    byte[] buffer = new byte[16_384];
    try {
      InputStream in = from.getInputStream();
      OutputStream out = to.getOutputStream();
      int read = in.read(buffer);
      while (read >= 0) {
        if (delayNanos > 0) {
          LockSupport.parkNanos(delayNanos);
        }
        out.write(buffer, 0, read);
        read = in.read(buffer);
      }
    } catch (IOException e) {
      // Cut, or an end closed: both directions end.
      Thread.onSpinWait();
    } finally {
      end(from, to);
    }
  }

  private static void daemon(Runnable work) {
    Thread thread = new Thread(work, "proxy");
    thread.setDaemon(true);
    thread.start();
  }

  private static void closeQuietly(Socket socket) {
    try {
      socket.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public void close() {
    try {
      listener.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    cut();
  }
}
