package io.batchprocessor.examples.bench;

import com.sun.management.OperatingSystemMXBean;
import java.lang.management.ManagementFactory;

/** Wall time and this process's CPU time between two moments. */
final class Meter {

  private static final OperatingSystemMXBean SYSTEM =
      ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class);

  private final long wallNanos = System.nanoTime();
  private final long cpuNanos = SYSTEM.getProcessCpuTime();

  /** What so many requests took since then. */
  Reading read(long requests) {
    double seconds = (System.nanoTime() - wallNanos) / 1e9;
    double cpuMicros = (SYSTEM.getProcessCpuTime() - cpuNanos) / 1e3;
    return new Reading(requests / seconds, cpuMicros / requests);
  }

  /**
   * A measurement.
   *
   * @param perSecond requests per second
   * @param cpuMicros microseconds of CPU time for each
   */
  record Reading(double perSecond, double cpuMicros) {}

  /** One line about the machine and the versions, for the record. */
  static String machine() {
    return "%d cores, %s %s, %s %s, Java %s (%s)"
        .formatted(
            Runtime.getRuntime().availableProcessors(),
            System.getProperty("os.name"),
            System.getProperty("os.version"),
            System.getProperty("os.arch"),
            cpu(),
            System.getProperty("java.version"),
            System.getProperty("java.vendor"));
  }

  private static String cpu() {
    try (var lines = java.nio.file.Files.lines(java.nio.file.Path.of("/proc/cpuinfo"))) {
      return lines
          .filter(line -> line.startsWith("model name"))
          .findFirst()
          .map(line -> line.substring(line.indexOf(':') + 1).strip())
          .orElse("");
    } catch (java.io.IOException | java.io.UncheckedIOException e) {
      return "";
    }
  }
}
