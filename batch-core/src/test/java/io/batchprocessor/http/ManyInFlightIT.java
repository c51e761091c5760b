package io.batchprocessor.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Ten thousand in flight, in a JVM of its own with a small heap. */
class ManyInFlightIT {

  private static final int IN_FLIGHT = 10_000;
  private static final Duration PATIENCE = Duration.ofMinutes(2);
  private static final Pattern COST =
      Pattern.compile("round=2 .*heapBytesEach=(\\d+) .*peakThreads=(\\d+)");

  @ParameterizedTest
  @ValueSource(strings = {"apache", "jdk"})
  @Timeout(300)
  void ten_thousand_in_flight_fit_into_256_mebibytes(String client) throws Exception {
    try (HoldingGateway gateway = new HoldingGateway(IN_FLIGHT, 1000)) {
      Process process =
          new ProcessBuilder(
                  Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                  "-Xmx256m",
                  // What JdkClient's Javadoc advises; they mean nothing to apache.
                  "-Djdk.httpclient.bufsize=2048",
                  "-Djava.util.concurrent.ForkJoinPool.common.parallelism=2",
                  "-cp",
                  classPathWithoutLogback(),
                  ManyInFlight.class.getName(),
                  client,
                  gateway.uri().toString(),
                  Integer.toString(IN_FLIGHT),
                  "2")
              .redirectErrorStream(true)
              .start();
      for (int round = 0; round < 2; round++) {
        for (int sent = 0; sent < IN_FLIGHT; sent += ManyInFlight.STEP) {
          sayGo(process, gateway, sent);
        }
        sayGo(process, gateway, IN_FLIGHT - 1);
        await().atMost(PATIENCE).until(() -> gateway.held() == 0 || !process.isAlive());
      }
      String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      System.out.print(output);
      assertThat(process.waitFor(30, TimeUnit.SECONDS)).isTrue();
      assertThat(process.exitValue()).as(output).isZero();

      Matcher cost = COST.matcher(output);
      assertThat(cost.find()).as(output).isTrue();
      int most = client.equals("apache") ? 10_000 : 20_000;
      assertThat(Integer.parseInt(cost.group(1))).as("heap for each, bytes").isLessThan(most);
      assertThat(Integer.parseInt(cost.group(2))).as("threads").isLessThanOrEqualTo(30);
    }
  }

  /** The next step, once the gateway has all that was sent before. */
  private static void sayGo(Process process, HoldingGateway gateway, int sent) throws IOException {
    await().atMost(PATIENCE).until(() -> gateway.held() == sent || !process.isAlive());
    if (process.isAlive()) {
      process.getOutputStream().write('\n');
      process.getOutputStream().flush();
    }
  }

  /** Debug lines for each exchange, which nobody reads, are not what is measured. */
  private static String classPathWithoutLogback() {
    return Pattern.compile(Pattern.quote(File.pathSeparator))
        .splitAsStream(System.getProperty("java.class.path"))
        .filter(entry -> !entry.contains("logback"))
        .collect(Collectors.joining(File.pathSeparator));
  }
}
