package io.batchprocessor.examples.consumer;

import static org.assertj.core.api.Assertions.assertThat;

import io.batchprocessor.examples.CountingGateway;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.jar.JarFile;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Projects of a newcomer: nothing but the dependency and the snippet that the README shows, built
 * outside of this one from the artifacts that would be published, and run.
 */
class ConsumerIT {

  private static final String RESULT =
      """
      {"id":"review-1","payload":{
        "choices": [{"text": "as you say"}]
      },"status_code":200,"attempts":1}
      """;

  private static final String MODULE =
      """
      @SuppressWarnings("requires-automatic")
      module com.example {
        requires io.batchprocessor.core;
        %s
      }
      """;

  private static final String SPRING_BOOT =
      """
      <dependency>
        <groupId>org.springframework.boot</groupId>
        <artifactId>spring-boot-dependencies</artifactId>
        <version>%s</version>
        <type>pom</type>
        <scope>import</scope>
      </dependency>
      """
          .formatted(Checkout.property("spring-boot.version"));

  private static final String KIT_TEST =
      """
      package com.example;

      import io.batchprocessor.policy.MergePolicies;
      import io.batchprocessor.spi.MergePolicy;
      import io.batchprocessor.spi.MergePolicyProvider;
      import io.batchprocessor.spi.Provider;
      import io.batchprocessor.testkit.MergePolicyContract;
      import io.batchprocessor.testkit.ProviderContract;

      class RoundRobinKitTest implements MergePolicyContract, ProviderContract {
        public MergePolicy policy() {
          return MergePolicies.roundRobin();
        }

        public Provider provider() {
          return ProviderContract.find(MergePolicyProvider.class, "round-robin");
        }
      }
      """;

  @TempDir static Path directory;
  private static Maven maven;
  private static CountingGateway gateway;

  @BeforeAll
  static void install() throws IOException {
    maven = new Maven(directory);
    gateway = new CountingGateway();
  }

  @AfterAll
  static void close() {
    gateway.close();
  }

  @Test
  void on_the_class_path() throws Exception {
    Path project = project("class-path", Checkout.dependenciesOf("Embed it"), "");
    maven.run(project, "package");

    assertThat(dependencies(project)).anyMatch(path -> path.contains("/httpclient5-"));
    assertThat(Command.run(project, List.of(Command.java(), "-jar", "target/consumer.jar")))
        .isEqualTo(RESULT);
  }

  @Test
  void on_the_class_path_with_the_libraries_of_spring_boot() throws Exception {
    Path project = project("spring-boot", batchCore(), SPRING_BOOT);
    maven.run(project, "package");

    assertThat(dependencies(project))
        .noneMatch(
            path ->
                path.endsWith("/jackson-databind-" + Checkout.property("jackson.version") + ".jar"))
        .noneMatch(path -> path.contains("/httpclient5-"));
    assertThat(Command.run(project, List.of(Command.java(), "-jar", "target/consumer.jar")))
        .isEqualTo(RESULT);
  }

  @Test
  void on_the_module_path() throws Exception {
    assertThat(runOnTheModulePath(project("module-path", batchCore(), ""), "")).isEqualTo(RESULT);
  }

  @Test
  void on_the_module_path_with_the_faster_http_client() throws Exception {
    Path project = project("module-path-apache", Checkout.dependenciesOf("Embed it"), "");

    assertThat(
            runOnTheModulePath(project, "requires org.apache.httpcomponents.client5.httpclient5;"))
        .isEqualTo(RESULT);
  }

  @Test
  void with_the_adapter_kit() throws Exception {
    Path project = project("kit", Checkout.dependenciesWith("<type>test-jar</type>"), "");
    Path tests = project.resolve("src/test/java/com/example");
    Files.createDirectories(tests);
    Files.writeString(tests.resolve("RoundRobinKitTest.java"), KIT_TEST);
    maven.run(project, "test");

    assertThat(Files.readString(project.resolve("target/adapter-kit/RoundRobinKitTest.md")))
        .contains("Rules passed: 7, skipped: 0, failed: 0.");
  }

  private static String runOnTheModulePath(Path project, String requires) throws Exception {
    Files.writeString(
        project.resolve("src/main/java/module-info.java"), MODULE.formatted(requires));
    maven.run(project, "package");
    String modules =
        Stream.concat(Stream.of("target/consumer.jar"), dependencies(project).stream())
            .collect(Collectors.joining(File.pathSeparator));
    return Command.run(
        project, List.of(Command.java(), "-p", modules, "-m", "com.example/com.example.Consumer"));
  }

  /** The first of those that the README has: the one that is needed. */
  private static String batchCore() {
    String all = Checkout.dependenciesOf("Embed it");
    String end = "</dependency>\n";
    return all.substring(0, all.indexOf(end) + end.length());
  }

  private static Path project(String name, String dependencies, String managed) throws IOException {
    Path project = directory.resolve(name);
    Path source = project.resolve("src/main/java/com/example");
    Files.createDirectories(source);
    String pom = Maven.template("pom.xml");
    for (String plugin : List.of("resources", "compiler", "surefire", "jar")) {
      String artifact = "maven-" + plugin + "-plugin";
      pom = pom.replace("@" + artifact + "@", Checkout.version(artifact));
    }
    Files.writeString(
        project.resolve("pom.xml"),
        pom.replace("@dependencies@", dependencies).replace("@managed@", managed));
    Files.writeString(
        source.resolve("Consumer.java"),
        Maven.template("Consumer.java")
            .replace(
                "@snippet@",
                Checkout.snippet("embed")
                    .replace(
                        "http://localhost:8000/v1/completions", gateway.endpoint().toString())));
    return project;
  }

  /** Of the jar, as its manifest names them. */
  private static List<String> dependencies(Path project) throws IOException {
    try (JarFile jar = new JarFile(project.resolve("target/consumer.jar").toFile())) {
      return List.of(jar.getManifest().getMainAttributes().getValue("Class-Path").split(" "));
    }
  }
}
