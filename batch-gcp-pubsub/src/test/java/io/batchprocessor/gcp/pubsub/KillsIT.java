package io.batchprocessor.gcp.pubsub;

import static org.assertj.core.api.Assertions.assertThat;

import io.batchprocessor.testkit.ProcessorMain;
import io.batchprocessor.testkit.SheddingGateway;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.slf4j.LoggerFactory;

/** Nothing is lost, and what is there twice is explained: processors in processes of their own. */
@Tag("soak")
class KillsIT {

  private static final int CONCURRENCY = 8;
  private static final int BUFFER = CONCURRENCY;
  private static final Duration BETWEEN_KILLS = Duration.ofSeconds(2);

  /** By unary pulls: the emulator goes on sending to the stream of a process that died. */
  @ParameterizedTest(name = "{0} requests, retry topic: {1}")
  @CsvSource({"5000, false", "2000, true"})
  void processors_are_killed_every_two_seconds(int requests, boolean retryTopic) throws Exception {
    List<Process> processors = new ArrayList<>();
    try (SheddingGateway gateway = new SheddingGateway(20, Duration.ofMillis(40));
        Deployment deployment = new Deployment("pubsub.lease=3s").pulling(Pulls.Kind.UNARY)) {
      if (retryTopic) {
        deployment.withRetryTopic();
      }
      deployment.submit(requests);
      for (int i = 0; i < 3; i++) {
        processors.add(fork(gateway, deployment));
      }
      Set<String> all = Set.copyOf(Deployment.ids(requests));
      int kills = 0;
      long end = System.nanoTime() + Deployment.PATIENCE.toNanos();
      while (missing(deployment, all) > 0 && System.nanoTime() < end) {
        // A machine so slow that nothing is done between two kills would prove nothing.
        int before = missing(deployment, all);
        long killAt = System.nanoTime() + BETWEEN_KILLS.toNanos();
        Awaitility.await()
            .atMost(Deployment.PATIENCE)
            .until(
                () ->
                    System.nanoTime() >= killAt
                        && missing(deployment, all) <= Math.max(0, before - 250));
        processors.remove(0).destroyForcibly();
        kills++;
        processors.add(fork(gateway, deployment));
      }
      List<String> ids = deployment.resultIds();
      assertThat(Set.copyOf(ids)).isEqualTo(all);
      assertThat(kills).isGreaterThanOrEqualTo(2);
      LoggerFactory.getLogger(KillsIT.class)
          .warn("{} kills, {} results too many", kills, ids.size() - requests);
      // A process that dies between a result and its acknowledgement leaves what it held.
      assertThat(ids.size() - requests).isLessThanOrEqualTo(kills * (CONCURRENCY + BUFFER));
    } finally {
      processors.forEach(Process::destroyForcibly);
    }
  }

  @ParameterizedTest
  @EnumSource
  void without_kills_an_exactly_once_subscription_yields_each_result_once(Pulls.Kind pull)
      throws Exception {
    try (SheddingGateway gateway = new SheddingGateway(20, Duration.ofMillis(10));
        Deployment deployment = new Deployment().pulling(pull)) {
      deployment.submit(2_000);
      for (int i = 0; i < 3; i++) {
        deployment.process(gateway, CONCURRENCY);
      }
      Awaitility.await()
          .atMost(Deployment.PATIENCE)
          .until(() -> deployment.results().size() >= 2_000);
      assertThat(deployment.resultIds()).containsExactlyInAnyOrderElementsOf(Deployment.ids(2_000));
      assertThat(deployment.results())
          .allMatch(result -> result.getData().toStringUtf8().contains("{\"ok\":true}"));
    }
  }

  private static int missing(Deployment deployment, Set<String> all) {
    return all.size() - Set.copyOf(deployment.resultIds()).size();
  }

  private static Process fork(SheddingGateway gateway, Deployment deployment) throws IOException {
    List<String> args =
        new ArrayList<>(List.of("gcp-pubsub", gateway.url(), String.valueOf(CONCURRENCY)));
    args.addAll(deployment.settings());
    return ProcessorMain.fork(args.toArray(String[]::new));
  }
}
