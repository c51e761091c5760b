package io.batchprocessor.gcp.pubsub;

import static org.assertj.core.api.Assertions.assertThat;

import io.batchprocessor.BatchProcessor;
import io.batchprocessor.Stats;
import io.batchprocessor.spi.Delivery;
import io.batchprocessor.testkit.ProcessorMain;
import io.batchprocessor.testkit.SheddingGateway;
import io.batchprocessor.testkit.TcpProxy;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The broker out of reach, answers that take longer than a lease, and the end of a process. */
@Execution(ExecutionMode.CONCURRENT)
@Tag("soak")
class FaultsIT {

  /**
   * Three times the lease, and long enough for gRPC to have lengthened its pauses between attempts.
   */
  private static final Duration OUTAGE = Duration.ofSeconds(30);

  /** By unary pulls: the emulator goes on sending to streams whose connection broke. */
  @Test
  void the_broker_is_gone_for_three_leases_and_back() throws Exception {
    try (SheddingGateway gateway = new SheddingGateway(10, Duration.ofMillis(20));
        Deployment deployment = new Deployment("pubsub.lease=10s").pulling(Pulls.Kind.UNARY);
        TcpProxy proxy = new TcpProxy(deployment.emulator().port())) {
      deployment.submit(1_000);
      BatchProcessor processor = deployment.through(proxy).process(gateway, 4);
      await(() -> deployment.results().size() >= 200);
      proxy.cut();
      Stats cutOff = processor.stats();
      long held =
          cutOff.inFlight() + cutOff.buffered() + cutOff.settling() + cutOff.waitingForRetry();
      long back = System.nanoTime() + OUTAGE.toNanos();
      await(() -> System.nanoTime() >= back);
      assertThat(processor.health().healthy()).isFalse();
      proxy.mend();
      await(() -> Set.copyOf(deployment.resultIds()).size() == 1_000);
      await(() -> processor.health().healthy());
      // Twice is only what the processor held when the connection broke.
      assertThat(deployment.results().size() - 1_000L).isBetween(0L, held);
    }
  }

  @ParameterizedTest
  @EnumSource
  void an_answer_that_takes_longer_than_the_ack_deadline_is_asked_for_once(Pulls.Kind pull)
      throws Exception {
    try (SheddingGateway gateway = new SheddingGateway(0, Duration.ofSeconds(45));
        Deployment deployment = new Deployment("pubsub.lease=10s").pulling(pull)) {
      deployment.submit(20);
      deployment.process(gateway, 10, builder -> builder.setting("buffer", "10"));
      deployment.process(gateway, 10, builder -> builder.setting("buffer", "10"));
      await(() -> deployment.results().size() >= 20);
      assertThat(deployment.resultIds()).containsExactlyInAnyOrderElementsOf(Deployment.ids(20));
      assertThat(gateway.askedById().values()).containsOnly(1);
    }
  }

  @ParameterizedTest
  @EnumSource
  void close_hands_everything_back_within_the_drain_time(Pulls.Kind pull) throws Exception {
    try (SheddingGateway gateway = new SheddingGateway(0, Duration.ofMinutes(10));
        Deployment deployment = new Deployment().pulling(pull)) {
      deployment.submit(40);
      BatchProcessor processor =
          deployment.process(
              gateway,
              10,
              builder -> builder.setting("drain-timeout", "1s").setting("buffer", "10"));
      // Ten in flight, and a buffer of ten that is filled when half of it is empty.
      await(() -> gateway.askedById().size() == 10 && processor.stats().received() >= 15);

      long begin = System.nanoTime();
      processor.close();
      assertThat(Duration.ofNanos(System.nanoTime() - begin)).isLessThan(Duration.ofSeconds(20));

      // Their leases would last for a minute.
      PubSubTransport heir = deployment.open();
      Set<String> bodies = new HashSet<>();
      long handedOver = System.nanoTime();
      while (bodies.size() < 40
          && System.nanoTime() - handedOver < Duration.ofSeconds(30).toNanos()) {
        for (Delivery delivery : Deployment.queue(heir).receive(40, Duration.ofSeconds(1))) {
          bodies.add(delivery.body().toUtf8());
          assertThat(delivery.attempt()).isEqualTo(1);
        }
      }
      assertThat(bodies).hasSize(40);
    }
  }

  @Test
  void a_frozen_process_publishes_nothing_after_its_leases() throws Exception {
    List<Process> processors = new ArrayList<>();
    try (SheddingGateway gateway = new SheddingGateway(0, Duration.ofMillis(50));
        Deployment deployment = new Deployment("pubsub.lease=3s").pulling(Pulls.Kind.UNARY)) {
      deployment.submit(600);
      for (int i = 0; i < 2; i++) {
        List<String> args = new ArrayList<>(List.of("gcp-pubsub", gateway.url(), "4"));
        args.addAll(deployment.settings());
        processors.add(ProcessorMain.fork(args.toArray(String[]::new)));
      }
      await(() -> deployment.results().size() >= 100);
      gateway.hold();
      // Whatever was answered is stored: the first holds four requests in flight, and nothing else.
      await(
          () ->
              gateway.held() == 8
                  && Set.copyOf(deployment.resultIds()).size() == gateway.askedById().size() - 8);
      signal(processors.get(0), "STOP");
      gateway.release();
      // The other one has those of the first too, so their leases are over.
      await(() -> Set.copyOf(deployment.resultIds()).size() == 600);
      int before = deployment.results().size();
      signal(processors.get(0), "CONT");
      long quiet = System.nanoTime() + Duration.ofSeconds(3).toNanos();
      await(() -> System.nanoTime() >= quiet);
      assertThat(deployment.results()).hasSize(before);
    } finally {
      processors.forEach(Process::destroyForcibly);
    }
  }

  private static void signal(Process process, String name) throws Exception {
    new ProcessBuilder("kill", "-" + name, String.valueOf(process.pid())).start().waitFor();
  }

  private static void await(java.util.concurrent.Callable<Boolean> condition) {
    Awaitility.await().atMost(Deployment.PATIENCE).until(condition);
  }
}
