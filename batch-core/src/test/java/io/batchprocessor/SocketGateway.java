package io.batchprocessor;

import io.batchprocessor.message.Bytes;
import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;

/** A gateway of bare sockets, which misbehaves as a test says; one thread for each connection. */
final class SocketGateway implements AutoCloseable {

  /** What happens with a request. */
  @FunctionalInterface
  interface Behaviour {
    void serve(Call call) throws IOException, InterruptedException;
  }

  private final ServerSocket listener;
  private final Behaviour behaviour;
  private final Set<Socket> open = ConcurrentHashMap.newKeySet();
  private final List<Call> calls = Collections.synchronizedList(new ArrayList<>());
  private final AtomicInteger cutOff = new AtomicInteger();

  SocketGateway(Behaviour behaviour) throws IOException {
    this(0, behaviour);
  }

  SocketGateway(int port, Behaviour behaviour) throws IOException {
    this.behaviour = behaviour;
    this.listener = new ServerSocket();
    listener.setReuseAddress(true);
    listener.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 512);
    start(this::accept);
  }

  int port() {
    return listener.getLocalPort();
  }

  URI endpoint() {
    return URI.create("http://127.0.0.1:" + port() + "/v1/completions");
  }

  /** What came so far, in order. */
  List<Call> calls() {
    synchronized (calls) {
      return List.copyOf(calls);
    }
  }

  /** How many answers could not be written to their end, because the other side hung up. */
  int cutOff() {
    return cutOff.get();
  }

  private static void start(Runnable loop) {
    Thread thread = new Thread(loop, "socket-gateway");
    thread.setDaemon(true);
    thread.start();
  }

  private void accept() {
    while (!listener.isClosed()) {
      try {
        Socket socket = listener.accept();
        open.add(socket);
        start(() -> converse(socket));
      } catch (IOException e) {
        return;
      }
    }
  }

  private void converse(Socket socket) {
    try (socket) {
      InputStream in = new BufferedInputStream(socket.getInputStream());
      Call call = read(socket, in);
      while (call != null) {
        calls.add(call);
        behaviour.serve(call);
        call = socket.isClosed() ? null : read(socket, in);
      }
    } catch (IOException e) {
      cutOff.incrementAndGet();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } finally {
      open.remove(socket);
    }
  }

  private Call read(Socket socket, InputStream in) throws IOException {
    ByteArrayOutputStream head = new ByteArrayOutputStream();
    int last4 = 0;
    while (last4 != 0x0D0A0D0A) {
      int octet = in.read();
      if (octet < 0) {
        return null;
      }
      head.write(octet);
      last4 = last4 << 8 | octet;
    }
    String[] lines = head.toString(StandardCharsets.ISO_8859_1).split("\r\n", -1);
    Map<String, String> headers = new TreeMap<>();
    for (int i = 1; i < lines.length && !lines[i].isEmpty(); i++) {
      int colon = lines[i].indexOf(':');
      headers.put(
          lines[i].substring(0, colon).toLowerCase(Locale.ROOT),
          lines[i].substring(colon + 1).strip());
    }
    byte[] body = in.readNBytes(Integer.parseInt(headers.getOrDefault("content-length", "0")));
    return new Call(
        socket, in, lines[0], headers, Bytes.wrap(body), System.nanoTime(), calls.size() + 1);
  }

  /**
   * One request, and the way to answer it.
   *
   * @param number how many have come, this one included
   */
  record Call(
      Socket socket,
      InputStream in,
      String requestLine,
      Map<String, String> headers,
      Bytes body,
      long nanos,
      int number) {

    String id() {
      return headers.get("idempotency-key");
    }

    Optional<String> header(String name) {
      return Optional.ofNullable(headers.get(name));
    }

    void send(String text) throws IOException {
      send(text.getBytes(StandardCharsets.UTF_8));
    }

    void send(byte[] bytes) throws IOException {
      OutputStream out = socket.getOutputStream();
      out.write(bytes);
      out.flush();
    }

    void answer(int status, String body, String... moreHeaders) throws IOException {
      byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
      StringBuilder head = new StringBuilder("HTTP/1.1 " + status + " Said\r\n");
      for (String header : moreHeaders) {
        head.append(header).append("\r\n");
      }
      head.append("Content-Length: ").append(bytes.length).append("\r\n\r\n");
      send(head.toString());
      send(bytes);
    }

    /** Ends the connection with RST. */
    void reset() throws IOException {
      socket.setSoLinger(true, 0);
      socket.close();
    }

    /** Ends the connection with FIN. */
    void hangUp() throws IOException {
      socket.close();
    }

    /** Says nothing, until the other side hangs up. */
    void hang() {
      try {
        while (in.read() >= 0) {
          // What comes is not looked at.
        }
      } catch (IOException e) {
        // Hung up with RST in place of FIN.
      }
    }
  }

  /** Refuses connections from now on, and resets those that are open. */
  @Override
  public void close() throws IOException {
    listener.close();
    for (Socket socket : open) {
      try {
        socket.setSoLinger(true, 0);
      } catch (SocketException e) {
        // Just closed by its own thread.
      }
      socket.close();
    }
  }
}
