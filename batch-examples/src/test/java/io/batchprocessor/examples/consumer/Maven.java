package io.batchprocessor.examples.consumer;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * The Maven that runs this build, with a local repository that has nothing but the artifacts of
 * batch-core as {@code install} would leave them.
 */
final class Maven {

  private static final String GROUP = "io/batchprocessor";
  private static final String VERSION = System.getProperty("project.version");

  private final Path repository;
  private final Path settings;

  /** Begins an empty local repository in {@code directory}, and installs batch-core in it. */
  Maven(Path directory) throws IOException {
    repository = directory.resolve("repository");
    settings = directory.resolve("settings.xml");
    Path downloaded = Path.of(System.getProperty("maven.repo"));
    Files.writeString(
        settings, template("settings.xml").replace("@downloaded@", downloaded.toUri().toString()));
    install(Checkout.file("pom.xml"), "batch-processor", ".pom");
    install(Checkout.file("batch-core/pom.xml"), "batch-core", ".pom");
    for (String end : List.of(".jar", "-tests.jar")) {
      install(Checkout.file("batch-core/target/batch-core-" + VERSION + end), "batch-core", end);
    }
  }

  private void install(Path file, String artifact, String end) throws IOException {
    Path target = repository.resolve(GROUP).resolve(artifact).resolve(VERSION);
    Files.createDirectories(target);
    Files.copy(file, target.resolve(artifact + "-" + VERSION + end));
  }

  /** Runs it in a project, and fails with what it said unless it succeeds. */
  void run(Path project, String... arguments) throws Exception {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("maven.home"), "bin", "mvn").toString());
    command.addAll(List.of("-B", "-ntp", "-q", "-gs", settings.toString()));
    command.add("-Dmaven.repo.local=" + repository);
    if (System.getProperty("maven.mode").equals("offline=true")) {
      command.addAll(List.of("-o", "-Daether.offline.protocols=file"));
    }
    command.addAll(List.of(arguments));
    Command.run(project, command);
  }

  static String template(String name) throws IOException {
    try (InputStream file = Maven.class.getResourceAsStream("/consumer/" + name)) {
      return new String(file.readAllBytes(), StandardCharsets.UTF_8);
    }
  }
}
