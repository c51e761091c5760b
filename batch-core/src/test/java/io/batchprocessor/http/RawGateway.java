package io.batchprocessor.http;

import io.batchprocessor.message.Bytes;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A gateway made of bare sockets: it sends what a test says, byte for byte, and sees what really
 * goes over the wire. One thread for each connection, which follows the script.
 */
final class RawGateway implements AutoCloseable {

  /** What the gateway does with a connection; when it returns, the connection is closed. */
  interface Script {
    void serve(Conversation conversation) throws IOException, InterruptedException;
  }

  private final ServerSocket listener;
  private final String scheme;
  private final Script script;
  private final Set<Socket> open = ConcurrentHashMap.newKeySet();
  private final AtomicInteger accepted = new AtomicInteger();
  private final AtomicInteger mostOpen = new AtomicInteger();
  private final AtomicReference<Throwable> fault = new AtomicReference<>();

  /** What came, in order. */
  final BlockingQueue<RawRequest> requests = new LinkedBlockingQueue<>();

  RawGateway(Script script) throws IOException {
    this(new ServerSocket(0, 1024, InetAddress.getLoopbackAddress()), "http", script);
  }

  RawGateway(ServerSocket listener, String scheme, Script script) {
    this.listener = listener;
    this.scheme = scheme;
    this.script = script;
    start(this::accept);
  }

  /** Answers each request of each connection with the same bytes. */
  static RawGateway answering(String answer) throws IOException {
    return new RawGateway(
        conversation -> {
          while (conversation.readRequest() != null) {
            conversation.send(answer);
          }
        });
  }

  URI uri() {
    return uri("127.0.0.1", "/v1/completions");
  }

  URI uri(String host, String path) {
    return URI.create(scheme + "://" + host + ":" + listener.getLocalPort() + path);
  }

  int port() {
    return listener.getLocalPort();
  }

  /** How many connections were opened in all. */
  int accepted() {
    return accepted.get();
  }

  /** How many connections are open that neither side has closed. */
  int open() {
    return open.size();
  }

  /** The most that were ever open together. */
  int mostOpen() {
    return mostOpen.get();
  }

  private void accept() {
    try {
      while (true) {
        Socket socket = listener.accept();
        socket.setTcpNoDelay(true);
        accepted.incrementAndGet();
        open.add(socket);
        mostOpen.accumulateAndGet(open.size(), Math::max);
        start(() -> serve(socket));
      }
    } catch (IOException e) {
      // Closed.
    }
  }

  private void serve(Socket socket) {
    try (socket) {
      script.serve(new Conversation(socket));
    } catch (IOException e) {
      // The client went away: what most of these tests are about.
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (RuntimeException | AssertionError e) {
      fault.compareAndSet(null, e);
    } finally {
      open.remove(socket);
    }
  }

  private static void start(Runnable action) {
    Thread thread = new Thread(action, "raw-gateway");
    thread.setDaemon(true);
    thread.start();
  }

  @Override
  public void close() throws IOException {
    listener.close();
    for (Socket socket : open) {
      socket.close();
    }
    if (fault.get() != null) {
      throw new AssertionError("the gateway's script failed", fault.get());
    }
  }

  /** A request as it came. */
  record RawRequest(String head, Bytes body) {

    String line() {
      return head.lines().findFirst().orElseThrow();
    }

    /** Whether a header is there, in any case. */
    boolean has(String name) {
      return head.lines()
          .skip(1)
          .anyMatch(line -> line.regionMatches(true, 0, name + ":", 0, name.length() + 1));
    }

    String header(String name) {
      return head.lines()
          .skip(1)
          .filter(line -> line.regionMatches(true, 0, name + ":", 0, name.length() + 1))
          .map(line -> line.substring(name.length() + 1).strip())
          .reduce((one, two) -> one + " AND " + two)
          .orElse("none");
    }
  }

  /** One connection. */
  final class Conversation {

    private static final Pattern LENGTH = Pattern.compile("(?i)\r\ncontent-length: *(\\d+)\r\n");

    private final Socket socket;
    private final InputStream in;

    Conversation(Socket socket) throws IOException {
      this.socket = socket;
      this.in = socket.getInputStream();
    }

    /** The next request, or null if the client closed the connection instead. */
    RawRequest readRequest() throws IOException {
      String head = readHead();
      if (head == null) {
        return null;
      }
      Matcher length = LENGTH.matcher(head);
      int expected = length.find() ? Integer.parseInt(length.group(1)) : 0;
      RawRequest request = new RawRequest(head, Bytes.wrap(in.readNBytes(expected)));
      requests.add(request);
      return request;
    }

    /** The next request's head only. */
    String readHead() throws IOException {
      ByteArrayOutputStream head = new ByteArrayOutputStream();
      int matched = 0;
      while (matched < 4) {
        int next = in.read();
        if (next < 0) {
          return null;
        }
        head.write(next);
        matched = next == "\r\n\r\n".charAt(matched) ? matched + 1 : next == '\r' ? 1 : 0;
      }
      return head.toString(StandardCharsets.ISO_8859_1);
    }

    void send(String text) throws IOException {
      send(text.getBytes(StandardCharsets.ISO_8859_1));
    }

    void send(byte[] bytes) throws IOException {
      socket.getOutputStream().write(bytes);
      socket.getOutputStream().flush();
    }

    /** Waits until the client has closed the connection; what comes before that is thrown away. */
    void awaitClose() {
      try {
        in.transferTo(OutputStream.nullOutputStream());
      } catch (IOException e) {
        // Reset: closed as well.
      }
    }

    /** No more will be sent; what comes can still be read. */
    void endOutput() throws IOException {
      socket.shutdownOutput();
    }

    /** Closes with a TCP reset. */
    void reset() {
      try {
        socket.setSoLinger(true, 0);
        socket.close();
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }
}
