package io.batchprocessor.metrics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.batchprocessor.message.Bytes;
import io.batchprocessor.message.RequestMessage;
import io.batchprocessor.message.ResultMessage;
import io.batchprocessor.spi.AttemptOutcome;
import io.batchprocessor.spi.Backlog;
import io.batchprocessor.spi.Delivery;
import io.batchprocessor.spi.GateView;
import io.batchprocessor.spi.RequestView;
import io.batchprocessor.spi.Result;
import io.batchprocessor.spi.ResultRejectedException;
import io.batchprocessor.spi.Verdict;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

/** What is looked up now and then: backlogs, and what gates measure. */
class LooksTest {

  private final SimpleMeterRegistry registry = new SimpleMeterRegistry();
  private final MeterKit kit = new MeterKit(registry, Tags.empty());

  private double backlog(String queue, String state) {
    return registry
        .get("batch.backlog.messages")
        .tags("queue", queue, "state", state)
        .gauge()
        .value();
  }

  private double oldest(String queue) {
    return registry.get("batch.backlog.oldest").tags("queue", queue).gauge().value();
  }

  @Test
  void a_backlog_is_not_a_number_while_the_broker_does_not_answer() {
    AtomicReference<List<Backlog>> broker = new AtomicReference<>();
    BacklogMeters meters =
        new BacklogMeters(
            kit,
            () -> {
              if (broker.get() == null) {
                throw new IllegalStateException("no connection");
              }
              return broker.get();
            },
            List.of("q"));
    assertThat(backlog("q", "waiting")).isNaN();

    broker.set(
        List.of(
            new Backlog("q", 7, 2, Duration.ofMillis(1_500)), new Backlog("retry", 3, 0, null)));
    meters.look();

    assertThat(backlog("q", "waiting")).isEqualTo(7);
    assertThat(backlog("q", "leased")).isEqualTo(2);
    assertThat(oldest("q")).isEqualTo(1.5);
    assertThat(backlog("retry", "waiting")).isEqualTo(3);
    assertThat(oldest("retry")).isZero();

    broker.set(null);
    assertThatThrownBy(meters::look).hasMessage("no connection");

    assertThat(backlog("q", "waiting")).isNaN();
    assertThat(oldest("q")).isNaN();
  }

  @Test
  void a_look_that_hangs_does_not_hold_up_the_end() throws Exception {
    CountDownLatch looking = new CountDownLatch(1);
    CountDownLatch hanging = new CountDownLatch(1);
    Poller poller =
        new Poller(
            () -> {
              looking.countDown();
              try {
                hanging.await();
              } catch (InterruptedException e) {
                throw new IllegalStateException(e);
              }
            },
            Duration.ofSeconds(1),
            Thread::new);
    poller.start();
    looking.await();

    poller.stop();
    poller.join(Duration.ofMillis(1));

    assertThat(hanging.getCount()).as("it hangs still").isEqualTo(1);
    hanging.countDown();
    poller.join(Duration.ofSeconds(30));
  }

  @Test
  void a_failed_attempt_whose_result_nobody_takes_is_forgotten() {
    BatchMetrics metrics = BatchMetrics.of(registry);
    RequestMessage message =
        RequestMessage.builder("r").deadline(Instant.MAX.minusSeconds(1)).payload("{}").build();
    RequestView request =
        new RequestView() {
          @Override
          public RequestMessage message() {
            return message;
          }

          @Override
          public String queue() {
            return "q";
          }

          @Override
          public int attempt() {
            return 1;
          }
        };
    Delivery delivery = Delivery.builder("q", Bytes.utf8("{}")).build();
    ResultMessage result = ResultMessage.builder("r").attempts(1).build();

    metrics.attempted(
        request,
        new AttemptOutcome(
            AttemptOutcome.Kind.FAILED, null, "for a test", Duration.ofMillis(5), null));
    assertThat(metrics.undecided()).isEqualTo(1);
    metrics.resultRejected(
        new ResultRejectedException(new Result(delivery, result), "too large for this broker"));
    metrics.deadLettered(delivery, "result refused: too large for this broker");

    assertThat(metrics.undecided()).isZero();
  }

  @Test
  void what_a_gate_comes_to_measure_is_shown_up_to_a_number() {
    Map<String, Double> measured = new HashMap<>(Map.of("limit", 4.0));
    GateMeters meters = new GateMeters(kit, "default", Label.ALL, gate(measured));
    assertThat(measurements()).isEqualTo(1);

    for (int i = 0; i < 100; i++) {
      measured.put("request " + i, 1.0);
    }
    meters.addNewMeasurements();

    assertThat(measurements()).isEqualTo(GateMeters.MOST_MEASUREMENTS);
    measured.put("limit", 5.0);
    assertThat(registry.get("batch.gate.measurement").tag("measurement", "limit").gauge().value())
        .isEqualTo(5);
    measured.remove("limit");
    assertThat(registry.get("batch.gate.measurement").tag("measurement", "limit").gauge().value())
        .isNaN();
  }

  private int measurements() {
    return registry.get("batch.gate.measurement").gauges().size();
  }

  private static GateView gate(Map<String, Double> measured) {
    return new GateView() {
      @Override
      public String name() {
        return "measuring";
      }

      @Override
      public double budget() {
        return 1;
      }

      @Override
      public Map<String, Double> measurements() {
        return Map.copyOf(measured);
      }

      @Override
      public long decisions(Verdict.Kind kind) {
        return 0;
      }
    };
  }

  @Test
  void a_look_that_fails_is_followed_by_others() {
    AtomicInteger looks = new AtomicInteger();
    Poller poller =
        new Poller(
            () -> {
              looks.incrementAndGet();
              throw new IllegalStateException("no connection");
            },
            Duration.ofMillis(1),
            Thread::new);
    poller.start();
    await().atMost(Duration.ofSeconds(20)).until(() -> looks.get() > 3);
    poller.stop();
    poller.join(Duration.ofSeconds(30));
  }

  @Test
  void a_poller_looks_once_a_period_and_ends_at_once() throws InterruptedException {
    CountDownLatch looked = new CountDownLatch(1);
    AtomicInteger looks = new AtomicInteger();
    Poller poller =
        new Poller(
            () -> {
              looks.incrementAndGet();
              looked.countDown();
            },
            Duration.ofHours(1),
            Thread::new);
    poller.start();
    looked.await();
    poller.stop();
    poller.join(Duration.ofSeconds(30));
    assertThat(looks).hasValue(1);
  }
}
