package io.batchprocessor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.sun.management.UnixOperatingSystemMXBean;
import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * 10,000 requests in flight at once, in a process with a heap of 256 MiB, through the whole engine
 * and real connections to a gateway in another process.
 */
class TenThousandInFlightIT {

  private static final int COUNT = 10_000;
  private final List<Process> processes = new ArrayList<>();

  @Test
  @Timeout(value = 180, unit = TimeUnit.SECONDS)
  void ten_thousand_in_flight_cost_memory_and_not_threads() throws Exception {
    long files =
        ManagementFactory.getOperatingSystemMXBean() instanceof UnixOperatingSystemMXBean unix
            ? unix.getMaxFileDescriptorCount()
            : Long.MAX_VALUE;
    assumeTrue(files > COUNT + 500, "needs 10,500 open files a process; ulimit -n allows " + files);
    Line gateway = fork("-Xmx256m", HoldingGateway.class, Integer.toString(COUNT));
    String port = gateway.expect("port (\\d+)").group(1);
    Line processor =
        fork(
            "-Xmx256m",
            ManyInFlight.class,
            Integer.toString(COUNT),
            "http://127.0.0.1:" + port + "/v1/completions",
            "apache");

    assertThat(gateway.expect("arrived (\\d+)").group(1)).isEqualTo("10000");
    processor.send();
    Matcher figures = processor.expect("inFlight (\\d+) threads (\\d+) heapMiB (\\d+)");
    gateway.send();
    Matcher end = processor.expect("succeeded (\\d+) attempts (\\d+)");

    System.out.println("TenThousandInFlightIT: " + figures.group() + ", " + end.group());
    assertThat(Integer.parseInt(figures.group(1))).isEqualTo(COUNT);
    assertThat(Integer.parseInt(figures.group(2))).isLessThanOrEqualTo(30);
    assertThat(Integer.parseInt(figures.group(3))).isLessThan(256);
    assertThat(end.group()).isEqualTo("succeeded 10000 attempts 10000");
    assertThat(processes.get(1).waitFor(30, TimeUnit.SECONDS)).isTrue();
    assertThat(processes.get(1).exitValue()).isZero();
  }

  private Line fork(String heap, Class<?> main, String... arguments) throws IOException {
    List<String> command = new ArrayList<>();
    command.add(System.getProperty("java.home") + File.separator + "bin" + File.separator + "java");
    command.add(heap);
    command.add("-cp");
    command.add(System.getProperty("java.class.path"));
    command.add(main.getName());
    command.addAll(List.of(arguments));
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    processes.add(process);
    return new Line(process, process.inputReader(StandardCharsets.UTF_8));
  }

  @AfterEach
  void end() {
    processes.forEach(Process::destroyForcibly);
  }

  /** Talks to a process, line by line. */
  private record Line(Process process, BufferedReader out) {

    void send() throws IOException {
      process.getOutputStream().write('\n');
      process.getOutputStream().flush();
    }

    Matcher expect(String pattern) throws IOException {
      StringBuilder said = new StringBuilder();
      for (String line = out.readLine(); line != null; line = out.readLine()) {
        Matcher matcher = Pattern.compile(pattern).matcher(line);
        if (matcher.matches()) {
          return matcher;
        }
        said.append(line).append('\n');
      }
      throw new AssertionError("no '" + pattern + "' from the process, which said:\n" + said);
    }
  }
}
