package io.batchprocessor.gcp.pubsub;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.pubsub.v1.PubsubMessage;
import io.batchprocessor.BatchProcessor;
import io.batchprocessor.testkit.ProcessorMain;
import io.batchprocessor.testkit.SheddingGateway;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** A process dies at each call that moves messages, before it and after it; another one goes on. */
@Tag("soak")
class DeathsIT {

  private static final int REQUESTS = 60;
  private static final int CONCURRENCY = 8;

  /** Long enough that only the dead lose theirs, on a busy machine too. */
  private static final String LEASE = "20s";

  /**
   * Where results may be stored whose acknowledgement is not: those requests are done again. When a
   * thread that receives dies, the one that stores may be anywhere.
   */
  private static final Set<String> BETWEEN_RESULT_AND_ACKNOWLEDGEMENT =
      Set.of("after:results.publish", "before:requests.acknowledge", "after:retries.receive");

  private static final List<String> POINTS =
      List.of(
          "after:requests.receive",
          "before:results.publish",
          "after:results.publish",
          "before:requests.acknowledge",
          "after:requests.acknowledge",
          "before:retries.schedule",
          "after:retries.schedule",
          "after:retries.receive",
          "before:deadLetters.deadLetter",
          "after:deadLetters.deadLetter");

  private static final List<Death> DEATHS = new ArrayList<>();
  private static SheddingGateway gateway;

  /** A process that dies at a point, and what it works on. */
  record Death(String point, boolean retryTopic, Deployment deployment, Process process) {
    @Override
    public String toString() {
      return point + (retryTopic ? ", with a retry topic" : "");
    }
  }

  static List<Death> deaths() {
    return DEATHS;
  }

  /** All at once: what takes time is to start them, and until their leases run out. */
  @BeforeAll
  static void begin() throws IOException {
    gateway = new SheddingGateway(20, Duration.ofMillis(5));
    for (String point : POINTS) {
      DEATHS.add(begin(point, false));
      if (point.contains("retries")) {
        DEATHS.add(begin(point, true));
      }
    }
  }

  private static Death begin(String point, boolean retryTopic) throws IOException {
    Deployment deployment =
        new Deployment("pubsub.lease=" + LEASE, "pubsub.timeout=1m").pulling(Pulls.Kind.UNARY);
    if (retryTopic) {
      deployment.withRetryTopic();
    }
    deployment.submit(messages());
    List<String> args =
        new ArrayList<>(
            List.of("gcp-pubsub", gateway.url(), String.valueOf(CONCURRENCY), "die=" + point));
    args.addAll(deployment.settings());
    return new Death(
        point, retryTopic, deployment, ProcessorMain.fork(args.toArray(String[]::new)));
  }

  @AfterAll
  static void stop() {
    for (Death death : DEATHS) {
      death.process().destroyForcibly();
      death.deployment().close();
    }
    gateway.close();
  }

  @ParameterizedTest
  @MethodSource("deaths")
  void each_request_has_its_result_wherever_a_process_dies(Death death) throws Exception {
    Process dead = death.process();
    assertThat(dead.waitFor(Deployment.PATIENCE.toSeconds(), TimeUnit.SECONDS)).isTrue();
    assertThat(dead.exitValue()).isEqualTo(ProcessorMain.DIED);

    Deployment deployment = death.deployment();
    Set<String> all = Set.copyOf(Deployment.ids(REQUESTS));
    List<PubsubMessage> deadLetters = new ArrayList<>();
    try (BatchProcessor survivor = deployment.process(gateway, CONCURRENCY)) {
      Awaitility.await()
          .atMost(Deployment.PATIENCE)
          .until(
              () -> {
                deadLetters.addAll(deployment.deadLetters());
                return !deadLetters.isEmpty()
                    && Set.copyOf(deployment.resultIds()).containsAll(all);
              });
      assertThat(survivor.stats().leasesLost()).isZero();
    }
    List<String> results = deployment.resultIds();
    // One death, so each is done once more at the most.
    int most = BETWEEN_RESULT_AND_ACKNOWLEDGEMENT.contains(death.point()) ? 2 : 1;
    assertThat(all)
        .allSatisfy(id -> assertThat(Collections.frequency(results, id)).isBetween(1, most));
  }

  /** Among them one without an id. */
  private static List<PubsubMessage> messages() {
    List<PubsubMessage> all = new ArrayList<>();
    all.add(Deployment.message("no request").build());
    Deployment.ids(REQUESTS).forEach(id -> all.add(Deployment.request(id).build()));
    return all;
  }
}
