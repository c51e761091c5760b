package io.batchprocessor.testkit;

import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/**
 * A broker that dies amid many calls: the first third of them it answers, and when in the second
 * third it dies is chance. Then follow a few that it can't answer, and no more: each may take as
 * long as the adapter waits for a connection.
 */
final class Crash {

  private static final int ROUNDS = 5;
  private static final int CALLS_WITHOUT_BROKER = 2;

  private Crash() {}

  /** What is done before a crash, and looked at afterwards. */
  @FunctionalInterface
  interface Scenario {

    /** Returns whether the crash came in time; if not, it says little. */
    boolean run(Trial trial) throws Exception;
  }

  /** Runs a scenario on queues of its own with the short lease, again if it came too late. */
  static void in(Trial trial, Scenario scenario) throws Exception {
    for (int round = 1; round <= ROUNDS; round++) {
      try (Trial crash = trial.another().withShortLease()) {
        if (scenario.run(crash)) {
          return;
        }
      }
    }
    trial.partly(
        "a crash: the broker was never killed within a lease of %s; give a longer shortLease"
            .formatted(trial.lease()));
  }

  /**
   * Calls with one value after the other, kills the broker meanwhile, and starts it again.
   *
   * @return whether the deliveries were still held when the broker died
   */
  static <T> boolean amid(Trial trial, Hold hold, List<T> values, Consumer<T> call)
      throws Exception {
    Broker broker = trial.needBroker();
    CountDownLatch firstThird = new CountDownLatch(values.size() / 3);
    CountDownLatch killed = new CountDownLatch(1);
    Background<Void> calls =
        Background.of(
            () -> {
              int left = CALLS_WITHOUT_BROKER;
              for (int i = 0; i < values.size() && left > 0; i++) {
                if (i == values.size() * 2 / 3) {
                  killed.await();
                }
                if (killed.getCount() == 0) {
                  left--;
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
    boolean inTime = hold.lasts();
    killed.countDown();
    calls.within(trial.patience(), "%d calls without a broker".formatted(CALLS_WITHOUT_BROKER));
    broker.start();
    return inTime;
  }
}
