package io.batchprocessor.examples.gateway;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
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

  /**
   * Lets a connection end as soon as the client closed its side of it. Left alone, httpcore first
   * waits for the answers that are still due, so that an aborted request would keep its slot to the
   * end.
   */
  IOSession endingWithTheClient(IOSession session) {
    return (IOSession)
        Proxy.newProxyInstance(
            IOSession.class.getClassLoader(),
            new Class<?>[] {IOSession.class},
            (proxy, method, arguments) -> {
              Object result;
              try {
                result = method.invoke(session, arguments);
              } catch (InvocationTargetException e) {
                throw e.getCause();
              }
              if (method.getName().equals("read") && result.equals(-1)) {
                reset(session.getRemoteAddress());
              }
              return result;
            });
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
