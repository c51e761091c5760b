package io.batchprocessor.examples.embedding;

import io.batchprocessor.BatchProcessor;
import io.batchprocessor.BatchProcessorBuilder;
import java.time.Clock;
import java.time.Duration;
import java.time.LocalTime;
import java.util.List;
import java.util.Map;

/** The two ways to make a processor use parts of one's own. */
public final class CustomParts {

  private CustomParts() {}

  /** As instances: nothing has to be registered. */
  public static BatchProcessorBuilder byInstance(String signingKey, Clock clock) {
    // snippet:by-instance
    return BatchProcessor.builder()
        .mergePolicy(LongestWait::new)
        .backoff(new PatientWhenShed(Duration.ofSeconds(30)))
        .gate(() -> new BusinessHoursGate(LocalTime.of(8, 0), LocalTime.of(18, 0), clock))
        .transform(() -> new TenantAsUser("tenant"))
        .inferenceClient(new SigningClient.Provider())
        .setting("signing.key", signingKey)
        .listener(new SlowAnswerListener(Duration.ofSeconds(60)));
    // end:by-instance
  }

  /** By name, as a configuration file has it: each is registered in {@code META-INF/services}. */
  public static BatchProcessorBuilder byName(String signingKey) {
    // snippet:by-name
    return BatchProcessor.builder()
        .configure(
            Map.of(
                "request-merge-policy", "longest-wait",
                "backoff", "patient-when-shed",
                "gate",
                    Map.of(
                        "type", "business-hours",
                        "begin", "08:00",
                        "end", "18:00",
                        "zone", "Europe/Berlin"),
                "transforms", List.of(Map.of("type", "tenant-as-user", "attribute", "tenant")),
                "http-client", "signing",
                "signing.key", signingKey,
                "listeners", "slow-answers"));
    // end:by-name
  }
}
