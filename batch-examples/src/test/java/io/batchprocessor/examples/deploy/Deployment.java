package io.batchprocessor.examples.deploy;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.MappingIterator;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import com.marcnuri.helm.Helm;
import com.marcnuri.helm.TemplateCommand;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;

/** The files under batch-examples/deploy, and what Helm makes of the chart among them. */
final class Deployment {

  /** The top of the repository. */
  static final Path ROOT =
      Stream.iterate(Path.of("").toAbsolutePath(), Path::getParent)
          .filter(path -> Files.exists(path.resolve("CHANGELOG.md")))
          .findFirst()
          .orElseThrow();

  static final Path DIRECTORY = ROOT.resolve("batch-examples/deploy");
  static final Path CHART = DIRECTORY.resolve("chart");

  private static final Path VALUES =
      ROOT.resolve("batch-examples/src/test/resources/io/batchprocessor/examples/deploy");

  private static final YAMLMapper YAML = new YAMLMapper();

  private Deployment() {}

  static String text(String file) {
    try {
      return Files.readString(DIRECTORY.resolve(file));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The documents in YAML. */
  static List<JsonNode> yaml(String text) {
    try (MappingIterator<JsonNode> documents = YAML.readerFor(JsonNode.class).readValues(text)) {
      List<JsonNode> found = new ArrayList<>();
      documents.forEachRemaining(
          document -> {
            if (document != null && document.isObject()) {
              found.add(document);
            }
          });
      return found;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Helm in this JVM, where its native library runs. */
  static Helm helm() {
    assumeTrue(
        System.getProperty("os.name").equals("Linux")
            && System.getProperty("os.arch").equals("amd64"),
        "Helm is here as a native library for Linux on amd64 only");
    return new Helm(CHART);
  }

  /**
   * The chart's manifests, by kind.
   *
   * @param values the name of a file of values beside this class
   * @param settings single values on top, as {@code --set} has them
   * @throws IllegalStateException if Helm refuses the values
   */
  static Map<String, JsonNode> render(String values, Map<String, String> settings) {
    return render(VALUES.resolve(values), settings);
  }

  /** The same with a file of values from anywhere. */
  static Map<String, JsonNode> render(Path values, Map<String, String> settings) {
    TemplateCommand template =
        helm().template().withName("batch").withKubeVersion("1.34.0").withValuesFile(values);
    settings.forEach(template::set);
    Map<String, JsonNode> manifests = new TreeMap<>();
    for (JsonNode manifest : yaml(template.call())) {
      JsonNode other = manifests.put(manifest.path("kind").asText(), manifest);
      if (other != null) {
        throw new IllegalStateException("two of one kind: " + manifest + " and " + other);
      }
    }
    return manifests;
  }

  /** The exit code of the image's health check, asked of a port of this machine. */
  static int healthCheck(int port) throws IOException, InterruptedException {
    ProcessBuilder check =
        new ProcessBuilder(DIRECTORY.resolve("health-check").toString())
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.DISCARD);
    check.environment().put("BATCH_HTTP_PORT", String.valueOf(port));
    return check.start().waitFor();
  }
}
