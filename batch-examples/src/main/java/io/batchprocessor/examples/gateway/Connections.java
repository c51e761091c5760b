package io.batchprocessor.examples.gateway;

import java.net.SocketAddress;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.hc.core5.io.CloseMode;
import org.apache.hc.core5.reactor.IOSession;
import org.apache.hc.core5.reactor.IOSessionListener;

/** The server's open connections by their remote address, so that one can be reset. Thread-safe. */
final class Connections implements IOSessionListener {
  private final Map<SocketAddress, IOSession> open = new ConcurrentHashMap<>();

  /** Drops a connection with a TCP reset; nothing happens if it is closed already. */
  void reset(SocketAddress remote) {
    IOSession session = open.get(remote);
    if (session != null) {
      session.close(CloseMode.IMMEDIATE);
    }
  }

  @Override
  public void connected(IOSession session) {
    open.put(session.getRemoteAddress(), session);
  }

  @Override
  public void disconnected(IOSession session) {
    open.values().remove(session);
  }

  @Override
  public void startTls(IOSession session) {}

  @Override
  public void inputReady(IOSession session) {}

  @Override
  public void outputReady(IOSession session) {}

  @Override
  public void timeout(IOSession session) {}

  @Override
  public void exception(IOSession session, Exception cause) {}
}
