package io.batchprocessor.examples.deploy;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The Dockerfile keeps the rules, and the rules find what is wrong. */
class DockerfileTest {

  private final Dockerfile file = Dockerfile.read();

  @Test
  void every_rule_is_kept() {
    assertThat(DockerfileRules.broken(file)).isEmpty();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "debian:12.12-slim | debian:latest | pinned",
        "debian:12.12-slim | debian | pinned",
        "FROM ${BASE_IMAGE} | FROM docker.io/library/debian:12.12 | arguments",
        "USER 10001:10001 | USER root | not root",
        "USER 10001:10001 | USER 0:0 | not root",
        "'ENTRYPOINT [\"/opt/java/bin/java\",' | ENTRYPOINT /opt/java/bin/java | exec form",
        "STOPSIGNAL SIGTERM | STOPSIGNAL SIGKILL | SIGTERM drains",
        "STOPSIGNAL SIGTERM | RUN true | one STOPSIGNAL",
        "EXPOSE 8080 | 'EXPOSE 8080\nRUN touch /x' | after USER",
        "EXPOSE 8080 | 'EXPOSE 8080\nENV BATCH_REDIS_PASSWORD=x' | secret",
        "WORKDIR /tmp | ADD https://example.com/x /x | ADD",
        "WORKDIR /source | RUN curl -fsS https://example.com/x | fetched",
        "COPY --from=runtime /opt/java /opt/java | COPY . /opt | sources"
      })
  void a_broken_rule_is_named(String right, String wrong, String rule) {
    String text = Deployment.text("Dockerfile");
    assertThat(text).contains(right);
    assertThat(DockerfileRules.broken(Dockerfile.parse(text.replace(right, wrong))))
        .anyMatch(fault -> fault.contains(rule));
  }

  @Test
  void the_health_check_is_where_it_is_copied_from() throws IOException {
    assertThat(file.last("HEALTHCHECK").arguments()).endsWith("CMD [\"/opt/batch/health-check\"]");
    Path script = Deployment.DIRECTORY.resolve("health-check");
    assertThat(Files.isExecutable(script)).isTrue();
    assertThat(file.last())
        .anyMatch(
            line ->
                line.name().equals("COPY")
                    && line.arguments()
                        .endsWith("batch-examples/deploy/health-check /opt/batch/health-check"));
    // The context leaves these files out, but for this one.
    assertThat(Files.readAllLines(Deployment.ROOT.resolve(".dockerignore")))
        .containsSubsequence(
            List.of("batch-examples/deploy", "!batch-examples/deploy/health-check"));
  }
}
