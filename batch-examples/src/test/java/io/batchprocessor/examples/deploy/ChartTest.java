package io.batchprocessor.examples.deploy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.marcnuri.helm.LintResult;
import io.batchprocessor.examples.Manual;
import io.batchprocessor.examples.cli.BatchCommand;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The Helm chart: what it makes of values, and which it refuses. */
class ChartTest {

  /** Those of the chart, and an image. */
  private static final String DEFAULTS = "least-values.yaml";

  @TempDir Path directory;

  @Test
  void helm_finds_nothing_to_complain_about() {
    LintResult result = Deployment.helm().lint().strict().call();
    assertThat(result.isFailed()).as(String.join("\n", result.getMessages())).isFalse();
    assertThat(result.getMessages()).noneMatch(line -> line.matches("\\[(WARNING|ERROR)].*"));
  }

  @ParameterizedTest
  @ValueSource(strings = {DEFAULTS, "redis-values.yaml", "all-values.yaml"})
  void every_manifest_is_as_kubernetes_has_it(String values) {
    Map<String, JsonNode> manifests = Deployment.render(values, Map.of());
    assertThat(manifests).containsKeys("Deployment", "ConfigMap");
    assertThat(manifests.values()).flatMap(KubernetesModels::faults).isEmpty();
  }

  @Test
  void with_all_options_everything_is_there() {
    assertThat(Deployment.render("all-values.yaml", Map.of()))
        .containsOnlyKeys(
            "ConfigMap",
            "Deployment",
            "NetworkPolicy",
            "PodDisruptionBudget",
            "PodMonitor",
            "ScaledObject",
            "Service",
            "ServiceAccount",
            "TriggerAuthentication");
  }

  @Test
  void what_selects_pods_selects_those_of_the_deployment() {
    Map<String, JsonNode> manifests = Deployment.render("all-values.yaml", Map.of());
    JsonNode deployment = manifests.get("Deployment").at("/spec");
    JsonNode labels = deployment.at("/template/metadata/labels");
    for (JsonNode selector :
        List.of(
            deployment.at("/selector/matchLabels"),
            manifests.get("Service").at("/spec/selector"),
            manifests.get("PodMonitor").at("/spec/selector/matchLabels"),
            manifests.get("PodDisruptionBudget").at("/spec/selector/matchLabels"),
            manifests.get("NetworkPolicy").at("/spec/podSelector/matchLabels"))) {
      assertThat(selector.properties()).isNotEmpty().isSubsetOf(labels.properties());
    }
    assertThat(manifests.get("ScaledObject").at("/spec/scaleTargetRef/name"))
        .isEqualTo(manifests.get("Deployment").at("/metadata/name"));
  }

  @Test
  void the_grace_period_follows_the_drain() {
    Map<String, JsonNode> manifests =
        Deployment.render(DEFAULTS, Map.of("drainTimeoutSeconds", "600"));
    assertThat(pod(manifests).path("terminationGracePeriodSeconds").asInt()).isEqualTo(620);
    assertThat(config(manifests).path("drain-timeout").asText()).isEqualTo("600s");
  }

  @Test
  void the_guide_gives_as_much_grace_as_the_chart() {
    Map<String, JsonNode> manifests =
        Deployment.render(DEFAULTS, Map.of("drainTimeoutSeconds", "0"));
    String grace = pod(manifests).path("terminationGracePeriodSeconds").asText();
    assertThat(Manual.read(Manual.ROOT.resolve("batch-examples/OPERATIONS.md")))
        .contains("`drain-timeout` plus " + grace + " s");
    assertThat(Deployment.text("README.md"))
        .contains("Give it " + grace + " s more", "# the grace period is this and " + grace + " s");
  }

  @Test
  void the_pod_may_do_next_to_nothing() {
    JsonNode pod = pod(Deployment.render(DEFAULTS, Map.of()));
    assertThat(pod.at("/securityContext/runAsNonRoot").asBoolean()).isTrue();
    assertThat(pod.at("/securityContext/seccompProfile/type").asText()).isEqualTo("RuntimeDefault");
    assertThat(pod.path("automountServiceAccountToken").asBoolean(true)).isFalse();
    JsonNode container = pod.at("/containers/0/securityContext");
    assertThat(container.path("readOnlyRootFilesystem").asBoolean()).isTrue();
    assertThat(container.path("allowPrivilegeEscalation").asBoolean(true)).isFalse();
    assertThat(container.at("/capabilities/drop").toString()).isEqualTo("[\"ALL\"]");
  }

  @Test
  void secrets_are_only_referred_to() {
    Map<String, JsonNode> manifests = Deployment.render("all-values.yaml", Map.of());
    assertThat(manifests).doesNotContainKey("Secret");
    JsonNode password = variable(manifests, "BATCH_REDIS_PASSWORD");
    assertThat(password.at("/valueFrom/secretKeyRef/name").asText()).isEqualTo("redis-auth");
    assertThat(password.has("value")).isFalse();
    assertThat(config(manifests).path("authorization-file").asText())
        .isEqualTo("/run/secrets/batch/authorization-file");
    assertThat(pod(manifests).findValues("projected").toString())
        .contains("\"name\":\"gateway-auth\"", "\"path\":\"authorization-file\"");
  }

  @Test
  void other_settings_make_other_pods() {
    assertThat(checksum(Map.of("settings.concurrency", "9")))
        .isNotEqualTo(checksum(Map.of("settings.concurrency", "10")))
        .isEqualTo(checksum(Map.of("settings.concurrency", "9")));
  }

  @Test
  void replicas_are_left_to_the_autoscaler() {
    assertThat(
            Deployment.render(DEFAULTS, Map.of("autoscaling.enabled", "true"))
                .get("Deployment")
                .path("spec")
                .has("replicas"))
        .isFalse();
    assertThat(
            Deployment.render(DEFAULTS, Map.of("replicas", "3"))
                .get("Deployment")
                .at("/spec/replicas")
                .asInt())
        .isEqualTo(3);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "redis-streams | redis-streams {address=redis:6379, stream=batch-stream, streamLength=1000};"
            + " redis {address=redis:6379, listLength=1000,"
            + " listName={batch-stream-retry}:redis-streams:batch-stream:ready}",
        "redis-sortedset | redis {address=redis:6379, listLength=1000, listName=batch-queue};"
            + " redis {address=redis:6379, listLength=1000,"
            + " listName={batch-sortedset-retry}:redis-sortedset:batch-queue:ready}"
      })
  void the_backlog_is_that_of_the_transport(String transport, String triggers) {
    Map<String, JsonNode> manifests =
        Deployment.render(
            DEFAULTS,
            Map.of("autoscaling.enabled", "true", "settings.message-queue-impl", transport));
    assertThat(triggers(manifests)).isEqualTo(triggers);
  }

  @Test
  void every_queue_counts_and_a_cluster_is_one() {
    assertThat(triggers(Deployment.render("all-values.yaml", Map.of())))
        .isEqualTo(
            "redis-cluster-streams {addresses=redis-0:6379,redis-1:6380, enableTLS=true,"
                + " stream={batch}:a, streamLength=500, username=batch};"
                + " redis-cluster {addresses=redis-0:6379,redis-1:6380, enableTLS=true,"
                + " listLength=500, listName={batch}:retry:redis-streams:{batch}:a:ready,"
                + " username=batch};"
                + " redis-cluster-streams {addresses=redis-0:6379,redis-1:6380, enableTLS=true,"
                + " stream={batch}:b, streamLength=500, username=batch};"
                + " redis-cluster {addresses=redis-0:6379,redis-1:6380, enableTLS=true,"
                + " listLength=500, listName={batch}:retry:redis-streams:{batch}:b:ready,"
                + " username=batch};"
                + " cron {desiredReplicas=4, end=0 6 * * *, start=0 22 * * *,"
                + " timezone=Europe/Berlin}");
  }

  /** The transport lets no queue have the name of a key that it keeps beside another. */
  @ParameterizedTest
  @ValueSource(strings = {"redis-streams", "redis-sortedset"})
  void the_due_retries_lie_where_the_transport_keeps_them(String transport) throws IOException {
    Map<String, JsonNode> manifests =
        Deployment.render(
            DEFAULTS,
            Map.of("autoscaling.enabled", "true", "settings.message-queue-impl", transport));
    List<String> keys =
        manifests.get("ScaledObject").at("/spec/triggers").findValuesAsText("listName").stream()
            .filter(key -> key.endsWith(":ready"))
            .toList();
    assertThat(keys).hasSize(1);
    ObjectNode config = (ObjectNode) config(manifests);
    config.put("redis.dead-letter-queue-name", keys.get(0));
    assertThat(started(config)).contains(keys.get(0), "is a key that belongs to another queue");
    config.put("redis.dead-letter-queue-name", keys.get(0) + "-not");
    assertThat(started(config)).doesNotContain("is a key that belongs to another queue");
  }

  /** What the program says of a configuration, where there is no Redis. */
  private String started(ObjectNode config) throws IOException {
    config.put("redis.url", "redis://127.0.0.1:1");
    Path file = Files.writeString(directory.resolve("config.json"), config.toString());
    ByteArrayOutputStream err = new ByteArrayOutputStream();
    PrintStream printed = new PrintStream(err, true, StandardCharsets.UTF_8);
    new BatchCommand(Map.of("BATCH_CONFIG", file.toString()), printed, printed).run();
    return err.toString(StandardCharsets.UTF_8);
  }

  @Test
  void channels_have_no_backlog_to_scale_by() {
    assertThatThrownBy(
            () ->
                Deployment.render(
                    DEFAULTS,
                    Map.of(
                        "autoscaling.enabled", "true",
                        "settings.message-queue-impl", "redis-pubsub")))
        .hasMessageContaining("redis-pubsub has no backlog");
  }

  @Test
  void the_network_is_open_to_the_ports_that_are_named_and_no_other() {
    JsonNode policy = Deployment.render("all-values.yaml", Map.of()).get("NetworkPolicy");
    assertThat(policy.at("/spec/egress").findValuesAsText("port"))
        .containsExactly("53", "53", "443", "8000", "6379", "6380", "4318");
  }

  /** A key as {@code --set} has it, its value, and what the refusal names. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "replicas | -1 | replicas",
        "replicas | two | replicas",
        "replica | 2 | replica",
        "settings.endpoint | gateway:8000 | endpoint",
        "settings.endpoint | http://user:pass@gateway/ | endpoint",
        "settings.message-queue-impl | memory | message-queue-impl",
        "settings.redis\\.url | redis://user:secret@redis:6379 | redis.url",
        "settings.redis\\.password | secret | redis.password",
        "settings.authorization | Bearer x | authorization",
        "settings.drain-timeout | 10s | drain-timeout",
        "drainTimeoutSeconds | 30s | drainTimeoutSeconds",
        "http.port | 80 | port",
        "logFormat | xml | logFormat",
        "autoscaling.minReplicas | 0 | minReplicas",
        "secretSettings.authorization.secret | gateway | key",
        "secretFiles.concurrency.secret | gateway | concurrency",
        "image.pullPolicy | Sometimes | pullPolicy",
        "image.digest | latest | digest",
        "podMonitor.interval | 15 | interval"
      })
  void what_is_wrong_is_refused(String key, String value, String named) {
    assertThatThrownBy(() -> Deployment.render(DEFAULTS, Map.of(key, value)))
        .hasMessageContaining("values don't meet the specifications of the schema")
        .hasMessageContaining(named);
  }

  @Test
  void an_image_has_to_be_named() {
    assertThatThrownBy(() -> Deployment.render(Deployment.CHART.resolve("values.yaml"), Map.of()))
        .hasMessageContaining("image.repository");
  }

  /** The README's, with what it sets; that of the page on containers, with the values below it. */
  @Test
  void every_command_that_installs_the_chart_has_all_it_takes() throws IOException {
    Matcher command =
        Pattern.compile("(?s)```sh\n(helm install .*?)```(?:\n\n```yaml\n(.*?)```)?")
            .matcher(Manual.text());
    int found = 0;
    while (command.find()) {
      found++;
      Map<String, String> sets = new TreeMap<>();
      Pattern.compile("--set '?([^=\\s]+)=([^'\\s]+)")
          .matcher(command.group(1))
          .results()
          .forEach(set -> sets.put(set.group(1), set.group(2)));
      boolean named = command.group(1).contains("--values");
      Path values =
          named
              ? Files.writeString(directory.resolve("values.yaml"), command.group(2))
              : Deployment.CHART.resolve("values.yaml");
      assertThat(pod(Deployment.render(values, sets)).at("/containers/0/image").asText())
          .isEqualTo("registry.example/batch-processor:dev");
    }
    assertThat(found).isEqualTo(2);
  }

  /** Values that are right one by one, and what the refusal of all together names. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "autoscaling.enabled=true secretSettings.redis\\.url.secret=redis"
            + " secretSettings.redis\\.url.key=url"
            + " | autoscaling.redisAddress, secretSettings.redis.password",
        "autoscaling.enabled=true secretSettings.redis\\.url.secret=redis"
            + " secretSettings.redis\\.url.key=url autoscaling.redisAddress=redis:6379"
            + " | secretSettings.redis.password",
        "networkPolicy.enabled=true secretSettings.redis\\.url.secret=redis"
            + " secretSettings.redis\\.url.key=url | secretSettings.redis.url, extraPorts",
        "networkPolicy.enabled=true secretSettings.gate\\.redis-quota\\.url.secret=redis"
            + " secretSettings.gate\\.redis-quota\\.url.key=url | redis-quota.url, extraPorts",
        "networkPolicy.enabled=true settings.redis\\.sentinel-master=main | extraPorts, Sentinels",
      })
  void what_does_not_go_together_is_refused(String values, String named) {
    assertThatThrownBy(() -> Deployment.render(DEFAULTS, sets(values)))
        .hasMessageContainingAll(named.split(", ", -1));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "secretSettings.redis\\.url.secret=redis secretSettings.redis\\.url.key=url",
        "settings.redis\\.sentinel-master=main settings.redis\\.url=redis://sentinel:26379"
      })
  void a_port_that_no_setting_shows_is_named(String values) {
    JsonNode policy =
        Deployment.render(
                DEFAULTS,
                sets("networkPolicy.enabled=true networkPolicy.extraPorts[0]=6390 " + values))
            .get("NetworkPolicy");
    assertThat(policy.at("/spec/egress").findValuesAsText("port"))
        .contains("6390")
        .doesNotContain("6379");
  }

  private static Map<String, String> sets(String values) {
    Map<String, String> sets = new TreeMap<>();
    for (String set : values.split(" ", -1)) {
      int end = set.indexOf('=');
      sets.put(set.substring(0, end), set.substring(end + 1));
    }
    return sets;
  }

  @Test
  void no_secret_gets_into_the_config_map() throws IOException {
    Matcher secrets =
        Pattern.compile("(?m)^\\| `([^`]+)` \\| secret\\b.*\\|").matcher(Manual.text());
    int found = 0;
    while (secrets.find()) {
      found++;
      String key = secrets.group(1);
      assertThatThrownBy(
              () ->
                  Deployment.render(
                      DEFAULTS,
                      Map.of("settings." + key.replace(".", "\\."), "redis://user:secret@redis")))
          .as(key)
          .hasMessageContaining(key);
    }
    assertThat(found).isGreaterThan(5);
  }

  /** Settings that are wrong end with 2; here only the broker is missing. */
  @ParameterizedTest
  @ValueSource(strings = {"redis-streams", "redis-sortedset", "redis-pubsub"})
  void the_program_takes_the_configuration(String transport) throws IOException {
    Map<String, JsonNode> manifests =
        Deployment.render(
            "redis-values.yaml",
            Map.of(
                "settings.message-queue-impl", transport,
                "settings.redis\\.url", "redis://127.0.0.1:1",
                "settings.max-response-bytes", "10000000"));
    Path file = Files.writeString(directory.resolve("config.json"), config(manifests).toString());
    ByteArrayOutputStream err = new ByteArrayOutputStream();
    PrintStream printed = new PrintStream(err, true, StandardCharsets.UTF_8);
    int code = new BatchCommand(Map.of("BATCH_CONFIG", file.toString()), printed, printed).run();
    assertThat(err.toString(StandardCharsets.UTF_8)).contains("127.0.0.1:1");
    assertThat(code).isEqualTo(1);
  }

  @Test
  void the_chart_installs_the_version_that_it_comes_with() {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    PrintStream printed = new PrintStream(out, true, StandardCharsets.UTF_8);
    new BatchCommand(Map.of(), printed, printed).run("--version");
    String version = out.toString(StandardCharsets.UTF_8).split(" ", -1)[1];
    assertThat(pod(Deployment.render(DEFAULTS, Map.of())).at("/containers/0/image").asText())
        .isEqualTo("registry.example/batch-processor:" + version);
  }

  private static JsonNode pod(Map<String, JsonNode> manifests) {
    return manifests.get("Deployment").at("/spec/template/spec");
  }

  private static String checksum(Map<String, String> settings) {
    return Deployment.render(DEFAULTS, settings)
        .get("Deployment")
        .at("/spec/template/metadata/annotations/checksum~1config")
        .asText();
  }

  private static JsonNode variable(Map<String, JsonNode> manifests, String name) {
    for (JsonNode variable : pod(manifests).at("/containers/0/env")) {
      if (variable.path("name").asText().equals(name)) {
        return variable;
      }
    }
    throw new AssertionError(name + " is not in " + pod(manifests).at("/containers/0/env"));
  }

  /** The configuration file that the pods read. */
  static JsonNode config(Map<String, JsonNode> manifests) {
    try {
      return new JsonMapper().readTree(manifests.get("ConfigMap").at("/data/config.json").asText());
    } catch (JsonProcessingException e) {
      throw new AssertionError(e);
    }
  }

  /** Type and metadata of each trigger. */
  private static String triggers(Map<String, JsonNode> manifests) {
    StringBuilder text = new StringBuilder();
    for (JsonNode trigger : manifests.get("ScaledObject").at("/spec/triggers")) {
      Map<String, String> metadata = new TreeMap<>();
      trigger
          .path("metadata")
          .properties()
          .forEach(property -> metadata.put(property.getKey(), property.getValue().asText()));
      text.append(text.isEmpty() ? "" : "; ")
          .append(trigger.path("type").asText())
          .append(' ')
          .append(metadata);
    }
    return text.toString();
  }
}
