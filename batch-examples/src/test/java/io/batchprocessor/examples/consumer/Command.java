package io.batchprocessor.examples.consumer;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** Another process, on the JDK of this one. */
final class Command {

  private static final long PATIENCE_MINUTES = 5;

  private Command() {}

  /** What it wrote to standard output; fails with everything it wrote unless it ends with 0. */
  static String run(Path directory, List<String> command) throws Exception {
    Path out = Files.createTempFile(directory, "command", ".out");
    Path err = Files.createTempFile(directory, "command", ".err");
    ProcessBuilder builder =
        new ProcessBuilder(command)
            .directory(directory.toFile())
            .redirectOutput(out.toFile())
            .redirectError(err.toFile());
    builder.environment().put("JAVA_HOME", System.getProperty("java.home"));
    Process process = builder.start();
    try {
      boolean ended = process.waitFor(PATIENCE_MINUTES, TimeUnit.MINUTES);
      if (!ended || process.exitValue() != 0) {
        throw new AssertionError(
            "%s %s:%n%s%s"
                .formatted(
                    String.join(" ", command),
                    ended ? "ended with " + process.exitValue() : "did not end",
                    Files.readString(out),
                    Files.readString(err)));
      }
      return Files.readString(out);
    } finally {
      process.destroyForcibly();
    }
  }

  /** The command to start a JVM. */
  static String java() {
    return Path.of(System.getProperty("java.home"), "bin", "java").toString();
  }
}
