package io.batchprocessor.examples.deploy;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.batchprocessor.examples.Manual;
import java.io.IOException;
import java.io.Writer;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What stands in the files for KIND and for compose fits together. */
class DevEnvironmentTest {

  private final JsonNode compose = Deployment.yaml(Deployment.text("compose.yaml")).get(0);

  @ParameterizedTest
  @ValueSource(strings = {"kind/redis.yaml", "kind/gateway.yaml"})
  void every_manifest_is_as_kubernetes_has_it(String file) {
    List<JsonNode> manifests = Deployment.yaml(Deployment.text(file));
    assertThat(manifests).hasSize(2);
    assertThat(manifests).flatMap(KubernetesModels::faults).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {"kind/redis.yaml", "kind/gateway.yaml"})
  void a_service_leads_to_its_deployment(String file) {
    List<JsonNode> manifests = Deployment.yaml(Deployment.text(file));
    JsonNode template = manifests.get(0).at("/spec/template");
    JsonNode service = manifests.get(1).path("spec");
    assertThat(service.path("selector")).isEqualTo(template.at("/metadata/labels"));
    assertThat(template.at("/spec/containers/0/ports/0/name"))
        .isEqualTo(service.at("/ports/0/targetPort"));
  }

  @Test
  void in_kind_the_processor_finds_gateway_and_redis() throws IOException {
    Map<String, JsonNode> manifests =
        Deployment.render(
            Deployment.DIRECTORY.resolve("kind/values.yaml"),
            Map.of("image.repository", "localhost/batch-processor"));
    assertThat(manifests.values()).flatMap(KubernetesModels::faults).isEmpty();
    JsonNode settings = ChartTest.config(manifests);
    assertThat(settings.path("message-queue-impl").asText()).isEqualTo("redis-pubsub");
    assertThat(authority(settings.path("endpoint").asText())).isEqualTo(service("gateway"));
    assertThat(authority(settings.path("redis.url").asText())).isEqualTo(service("redis"));
  }

  @Test
  void in_compose_the_processor_finds_gateway_and_redis() {
    JsonNode settings = compose.at("/services/processor/environment");
    assertThat(authority(settings.path("BATCH_ENDPOINT").asText())).isEqualTo(service("gateway"));
    assertThat(authority(settings.path("BATCH_REDIS_URL").asText())).isEqualTo(service("redis"));
    assertThat(compose.path("services").fieldNames())
        .toIterable()
        .containsExactlyInAnyOrder("redis", "gateway", "processor");
    assertThat(compose.at("/services/gateway/command").toString()).contains("\"8000\"");
  }

  @Test
  void compose_waits_for_the_drain() {
    JsonNode processor = compose.at("/services/processor");
    assertThat(seconds(processor.path("stop_grace_period")))
        .isEqualTo(
            seconds(processor.at("/environment/BATCH_DRAIN_TIMEOUT")).plus(Duration.ofSeconds(20)));
  }

  @Test
  void what_compose_starts_may_do_next_to_nothing() {
    for (Map.Entry<String, JsonNode> entry : compose.path("services").properties()) {
      // YAML's merge key, which Jackson leaves as it is.
      JsonNode service = entry.getValue().has("<<") ? compose.path("x-hardened") : entry.getValue();
      assertThat(service.path("read_only").asBoolean()).as(entry.getKey()).isTrue();
      assertThat(service.path("cap_drop").toString()).isEqualTo("[\"ALL\"]");
      assertThat(service.path("security_opt").toString()).contains("no-new-privileges:true");
      entry
          .getValue()
          .path("ports")
          .forEach(port -> assertThat(port.asText()).startsWith("127.0.0.1:"));
    }
  }

  @Test
  void every_variable_is_that_of_a_setting() throws IOException {
    List<String> names = new ArrayList<>();
    compose.at("/services/processor/environment").fieldNames().forEachRemaining(names::add);
    Deployment.render("all-values.yaml", Map.of())
        .get("Deployment")
        .at("/spec/template/spec/containers/0/env")
        .findValuesAsText("name")
        .forEach(names::add);
    Dockerfile.read().last("ENV").words().forEach(word -> names.add(word.replaceFirst("=.*", "")));
    assertThat(names)
        .filteredOn(name -> name.startsWith("BATCH_"))
        .hasSizeGreaterThan(10)
        .isSubsetOf(variables());
  }

  @Test
  void the_request_to_try_it_with_is_the_one_of_the_readme() throws IOException {
    Matcher request = Pattern.compile("PUBLISH batch-queue '(.*)'").matcher(readme());
    assertThat(request.find()).isTrue();
    assertThat(Deployment.text("Makefile"))
        .contains("MESSAGE := " + request.group(1).replace("\"", "\\\""));
  }

  @ParameterizedTest
  @CsvSource({
    "docker, true, ''",
    "podman, true, ''",
    "buildah, false, redis://redis.example:6379",
  })
  void make_can_say_what_each_target_would_do(String engine, String redis, String url)
      throws Exception {
    Matcher targets = Pattern.compile("(?m)^\\.PHONY: (.*)$").matcher(Deployment.text("Makefile"));
    assertThat(targets.find()).isTrue();
    List<String> all = List.of(targets.group(1).split(" "));
    assertThat(all).contains("image-build-batch", "env-dev-kind", "env-dev-compose");
    for (String target : all) {
      String commands =
          run(
              List.of(
                  "make",
                  "--dry-run",
                  "--always-make",
                  "--no-print-directory",
                  "--warn-undefined-variables",
                  target,
                  "ENGINE=" + engine,
                  "BATCH_REDIS_ENABLED=" + redis,
                  "BATCH_REDIS_URL=" + url),
              "");
      assertThat(commands).as(target).isNotBlank().doesNotContain("warning:");
      assertThat(run(List.of("sh", "-n"), commands)).as(target).isEmpty();
    }
  }

  /** What a command says; it has to succeed. Skipped where there is none of its name. */
  private static String run(List<String> command, String input) throws Exception {
    ProcessBuilder builder =
        new ProcessBuilder(command)
            .directory(Deployment.DIRECTORY.toFile())
            .redirectErrorStream(true);
    Process process;
    try {
      process = builder.start();
    } catch (IOException e) {
      return Assumptions.abort("no '%s' here: %s".formatted(command.get(0), e.getMessage()));
    }
    try (Writer to = process.outputWriter(StandardCharsets.UTF_8)) {
      to.write(input);
    }
    String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor()).as("%s said: %s", command, said).isZero();
    return said;
  }

  /** Of the tables of settings, which are generated from the code. */
  private static Set<String> variables() {
    Set<String> variables = new TreeSet<>();
    Matcher row =
        Pattern.compile("(?m)^\\| `([^`]+)` \\|")
            .matcher(
                Pattern.compile("(?s)<!-- settings:begin .*?<!-- settings:end -->")
                    .matcher(Manual.text())
                    .results()
                    .map(MatchResult::group)
                    .collect(Collectors.joining()));
    while (row.find()) {
      variables.add(
          "BATCH_"
              + row.group(1)
                  .replaceAll("([a-z0-9])([A-Z])", "$1_$2")
                  .replaceAll("[.-]", "_")
                  .toUpperCase(Locale.ROOT));
    }
    return variables;
  }

  private static String readme() {
    return Manual.read(Manual.ROOT.resolve("README.md"));
  }

  /** The name and port that the manifests for KIND give it; compose has the same. */
  private static String service(String name) {
    JsonNode service = Deployment.yaml(Deployment.text("kind/" + name + ".yaml")).get(1);
    return service.at("/metadata/name").asText() + ":" + service.at("/spec/ports/0/port").asInt();
  }

  private static String authority(String url) {
    return URI.create(url).getAuthority();
  }

  private static Duration seconds(JsonNode text) {
    return Duration.parse("PT" + text.asText());
  }
}
