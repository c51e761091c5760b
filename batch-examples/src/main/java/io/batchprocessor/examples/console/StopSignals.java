package io.batchprocessor.examples.console;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * SIGTERM and SIGINT. The first asks the program to stop, and leaves it all the time it needs: the
 * JVM does not begin to shut down by itself, so exit code and order are the program's own. The
 * second ends it at once, with 128 plus the signal's number.
 *
 * <p>A shutdown hook could not tell the second signal from the first: the JVM ignores what comes
 * while it shuts down. {@code sun.misc.Signal}, of the supported module {@code jdk.unsupported}, is
 * the one way to see signals in Java; it is called by reflection because javac warns of it without
 * a way to answer. Where it is missing, or the JVM was started with {@code -Xrs}, the first signal
 * ends the process, as it would have done anyway.
 */
public final class StopSignals {

  private static final Logger LOG = LoggerFactory.getLogger(StopSignals.class);
  private static final int SIGNALLED = 128;

  private final CountDownLatch first = new CountDownLatch(1);

  private StopSignals() {}

  /** Takes the signals over, for the rest of the process's life. */
  public static StopSignals install() {
    StopSignals signals = new StopSignals();
    signals.handle("TERM");
    signals.handle("INT");
    return signals;
  }

  /**
   * Waits for the first signal.
   *
   * @return whether it came, now or earlier
   */
  public boolean await(Duration atMost) throws InterruptedException {
    return first.await(atMost.toNanos(), TimeUnit.NANOSECONDS);
  }

  private void handle(String name) {
    try {
      Class<?> signal = Class.forName("sun.misc.Signal");
      Class<?> handler = Class.forName("sun.misc.SignalHandler");
      Object proxy =
          Proxy.newProxyInstance(
              StopSignals.class.getClassLoader(),
              new Class<?>[] {handler},
              (self, method, arguments) -> {
                if (method.getName().equals("handle")) {
                  received((int) signal.getMethod("getNumber").invoke(arguments[0]));
                }
                return null;
              });
      signal
          .getMethod("handle", signal, handler)
          .invoke(null, signal.getConstructor(String.class).newInstance(name), proxy);
    } catch (ReflectiveOperationException e) {
      Throwable cause = e instanceof InvocationTargetException ? e.getCause() : e;
      LOG.warn(
          "SIG{} ends this process at once, without draining: {}", name, String.valueOf(cause));
    }
  }

  private void received(int number) {
    if (first.getCount() == 0) {
      Runtime.getRuntime().halt(SIGNALLED + number);
    }
    first.countDown();
  }
}
