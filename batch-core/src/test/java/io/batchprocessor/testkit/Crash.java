package io.batchprocessor.testkit;

import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/**
 * A broker that dies amid many calls: the first third of them it answers, the last third it does
 * not, and when in between it dies is chance.
 */
final class Crash {

  private Crash() {}

  /** Calls with each value, kills the broker meanwhile, and starts it again. */
  static <T> void amid(Trial trial, List<T> values, Consumer<T> call) throws Exception {
    Broker broker = trial.needBroker();
    CountDownLatch firstThird = new CountDownLatch(values.size() / 3);
    CountDownLatch killed = new CountDownLatch(1);
    Background<Void> calls =
        Background.of(
            () -> {
              for (int i = 0; i < values.size(); i++) {
                if (i == values.size() * 2 / 3) {
                  killed.await();
                }
                try {
                  call.accept(values.get(i));
                } catch (RuntimeException e) {
                  // The broker is gone, and with it our knowledge of what it has done.
                }
                firstThird.countDown();
              }
              return null;
            });
    if (!firstThird.await(trial.patience().toMillis(), TimeUnit.MILLISECONDS)) {
      throw new AssertionError("%d calls take too long".formatted(values.size() / 3));
    }
    broker.kill();
    killed.countDown();
    calls.within(trial.patience().multipliedBy(3), "calls without a broker");
    broker.start();
  }
}
