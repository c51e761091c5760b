package io.batchprocessor.kitcheck;

import static org.assertj.core.api.Assertions.assertThat;

import io.batchprocessor.testkit.TcpProxy;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The network that tests cut: whoever is cut off is told. */
@Timeout(120)
class TcpProxyTest {

  private static final int PATIENCE_MILLIS = Math.toIntExact(Duration.ofSeconds(20).toMillis());

  @Test
  void what_is_sent_arrives_until_the_network_is_cut_and_again_once_it_is_mended()
      throws Exception {
    try (ServerSocket server = server();
        TcpProxy proxy = new TcpProxy(server.getLocalPort())) {
      try (Socket client = connect(proxy);
          Socket peer = server.accept()) {
        client.getOutputStream().write(7);
        assertThat(peer.getInputStream().read()).isEqualTo(7);

        proxy.cut();

        assertThat(isEnded(client)).isTrue();
        assertThat(isEnded(peer)).isTrue();
      }
      proxy.mend();
      try (Socket client = connect(proxy);
          Socket peer = server.accept()) {
        peer.getOutputStream().write(8);
        assertThat(client.getInputStream().read()).isEqualTo(8);
      }
    }
  }

  @Test
  void a_client_is_not_left_waiting_where_no_server_is() throws Exception {
    ServerSocket server = server();
    int nobody = server.getLocalPort();
    server.close();
    try (TcpProxy proxy = new TcpProxy(nobody)) {
      for (int time = 0; time < 2; time++) {
        try (Socket client = connect(proxy)) {
          assertThat(isEnded(client)).isTrue();
        }
      }
    }
  }

  /** When in the making of a connection the cut comes is chance, so there are many. */
  @Test
  void a_cut_breaks_connections_that_are_being_made() throws Exception {
    try (ServerSocket server = server();
        TcpProxy proxy = new TcpProxy(server.getLocalPort())) {
      for (int time = 0; time < 100; time++) {
        try (Socket client = connect(proxy)) {
          proxy.cut();
          assertThat(isEnded(client)).as("connection %d", time).isTrue();
        }
        proxy.mend();
      }
    }
  }

  @Test
  void closing_breaks_connections_that_are_being_made() throws Exception {
    try (ServerSocket server = server()) {
      for (int time = 0; time < 100; time++) {
        TcpProxy proxy = new TcpProxy(server.getLocalPort());
        try (Socket client = connect(proxy)) {
          proxy.close();
          assertThat(isEnded(client)).as("connection %d", time).isTrue();
        }
      }
    }
  }

  /** Connections wait in its backlog; nobody takes them unless a test does. */
  private static ServerSocket server() throws IOException {
    return new ServerSocket(0, 120, InetAddress.getLoopbackAddress());
  }

  private static Socket connect(TcpProxy proxy) throws IOException {
    Socket client = new Socket(InetAddress.getLoopbackAddress(), proxy.port());
    client.setSoTimeout(PATIENCE_MILLIS);
    return client;
  }

  /** Whether the other side ends the connection, rather than to leave it silent. */
  private static boolean isEnded(Socket socket) {
    try {
      return socket.getInputStream().read() < 0;
    } catch (SocketTimeoutException e) {
      return false;
    } catch (IOException e) {
      return true;
    }
  }
}
