package io.batchprocessor;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class DoorbellTest {

  private final Doorbell doorbell = new Doorbell();
  private final AtomicReference<Thread> owner = new AtomicReference<>();

  private CompletableFuture<Void> own(Runnable loop) {
    return CompletableFuture.runAsync(
        loop,
        task -> {
          Thread thread = new Thread(task);
          thread.setDaemon(true);
          owner.set(thread);
          thread.start();
        });
  }

  @AfterEach
  void ring() {
    doorbell.ring();
  }

  @Test
  void a_ring_before_the_wait_ends_it() {
    doorbell.ring();

    doorbell.await(Long.MAX_VALUE);
  }

  @Test
  void rings_add_up_to_one() {
    doorbell.ring();
    doorbell.ring();
    doorbell.await(Long.MAX_VALUE);

    long began = System.nanoTime();
    doorbell.await(TimeUnit.MILLISECONDS.toNanos(5));

    assertThat(System.nanoTime() - began).isGreaterThanOrEqualTo(5_000_000);
  }

  @Test
  void a_ring_wakes_the_owner() {
    CompletableFuture<Void> woken = own(() -> doorbell.await(Long.MAX_VALUE));
    Awaitility.await().until(() -> owner.get().getState() == Thread.State.TIMED_WAITING);

    doorbell.ring();

    assertThat(woken).succeedsWithin(Duration.ofSeconds(10));
  }

  @Test
  void an_interrupt_ends_one_wait_and_not_the_next() {
    AtomicInteger waits = new AtomicInteger();
    CompletableFuture<Void> done =
        own(
            () -> {
              doorbell.await(Long.MAX_VALUE);
              waits.incrementAndGet();
              doorbell.await(Long.MAX_VALUE);
            });
    Awaitility.await().until(() -> owner.get().getState() == Thread.State.TIMED_WAITING);

    owner.get().interrupt();

    Awaitility.await().until(() -> waits.get() == 1);
    Awaitility.await().until(() -> owner.get().getState() == Thread.State.TIMED_WAITING);
    assertThat(done).isNotDone();
    doorbell.ring();
    assertThat(done).succeedsWithin(Duration.ofSeconds(10));
  }

  /** Were a ring lost, the owner would wait for ever, and the test time out. */
  @Test
  void no_ring_is_lost() throws Exception {
    int rounds = 100_000;
    AtomicInteger offered = new AtomicInteger();
    Semaphore taken = new Semaphore(0);
    CompletableFuture<Void> done =
        own(
            () -> {
              int seen = 0;
              while (seen < rounds) {
                int now = offered.get();
                if (now > seen) {
                  taken.release(now - seen);
                  seen = now;
                } else {
                  doorbell.await(Long.MAX_VALUE);
                }
              }
            });

    for (int i = 0; i < rounds; i++) {
      offered.incrementAndGet();
      doorbell.ring();
      // Each round is one hand-over, at every phase of the owner's falling asleep.
      assertThat(taken.tryAcquire(30, TimeUnit.SECONDS)).isTrue();
    }

    assertThat(done).succeedsWithin(Duration.ofSeconds(30));
  }
}
