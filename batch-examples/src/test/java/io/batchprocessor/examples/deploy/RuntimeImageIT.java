package io.batchprocessor.examples.deploy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsServer;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.spi.ToolProvider;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import redis.clients.jedis.Jedis;
import redis.clients.jedis.StreamEntryID;
import redis.embedded.RedisServer;

/**
 * The runtime that the Dockerfile makes, made by the command that stands there, runs the jar by the
 * entry point that stands there.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class RuntimeImageIT {

  private static final Duration PATIENCE = Duration.ofMinutes(2);
  private static final Path JAR = Path.of("target", "batch-examples.jar").toAbsolutePath();
  private static final String PASSWORD = "of-no-use-elsewhere";

  /** Why the runtime can do without a module that jdeps names. */
  private static final Map<String, String> LEFT_OUT =
      Map.of(
          "java.desktop", "Jackson asks for java.beans, and does without",
          "java.compiler", "annotations for annotations of Error Prone, which nobody reads");

  private static final String ANSWER = "{\"choices\":[{\"text\":\"as you say\"}]}";

  private static final String REQUEST =
      "{\"id\":\"r-1\",\"deadline\":9999999999,\"payload\":{\"prompt\":\"hi\"}}";

  @TempDir static Path directory;

  private final Dockerfile file = Dockerfile.read();
  private Path java;

  @BeforeAll
  void link() {
    List<String> arguments =
        new ArrayList<>(
            List.of(file.resolve(jlink()).substring("jlink ".length()).split(" +(?=--)")));
    arguments.replaceAll(argument -> argument.replace("\"", ""));
    int output = arguments.indexOf("--output /opt/java");
    arguments.set(output, "--output=" + directory.resolve("java"));
    arguments.replaceAll(argument -> argument.replaceFirst("^--add-modules ", "--add-modules="));
    run("jlink", arguments.toArray(String[]::new));
    java = directory.resolve("java/bin/java");
  }

  private String jlink() {
    return file.all("RUN").stream()
        .map(Dockerfile.Instruction::arguments)
        .filter(command -> command.startsWith("jlink "))
        .findFirst()
        .orElseThrow();
  }

  @Test
  void it_has_every_module_that_the_jar_asks_for() {
    String needed =
        run(
                "jdeps",
                "--multi-release",
                String.valueOf(Runtime.version().feature()),
                "--ignore-missing-deps",
                "--print-module-deps",
                JAR.toString())
            .strip();
    Set<String> missing = new TreeSet<>(Set.of(needed.split(",", -1)));
    missing.removeAll(LEFT_OUT.keySet());
    List.of(file.defaults().get("MODULES").split(",", -1)).forEach(missing::remove);
    assertThat(missing).as("modules to add to MODULES in the Dockerfile").isEmpty();
  }

  @Test
  void it_is_healthy_answers_a_request_over_tls_and_drains_on_sigterm() throws Exception {
    Path keys = directory.resolve("keys.p12");
    keytool(keys);
    HttpsServer gateway = gateway(keys);
    int http = freePort();
    int port = freePort();
    RedisServer redis = RedisServer.builder().port(port).setting("bind 127.0.0.1").build();
    redis.start();
    Process main = null;
    try {
      main = main(keys, "redis://127.0.0.1:" + port, gateway.getAddress().getPort(), http);
      await()
          .atMost(PATIENCE)
          .untilAsserted(() -> assertThat(Deployment.healthCheck(http)).as(err()).isZero());
      try (Jedis cli = new Jedis("127.0.0.1", port)) {
        cli.xadd("batch-stream", StreamEntryID.NEW_ENTRY, Map.of("message", REQUEST));
        await()
            .atMost(PATIENCE)
            .untilAsserted(
                () -> assertThat(cli.xlen("batch-stream-result")).as(err()).isEqualTo(1));
        assertThat(cli.xrange("batch-stream-result", "-", "+").get(0).getFields().get("message"))
            .contains("\"id\":\"r-1\"", "\"status_code\":200", ANSWER);
      }
      assertThat(new ProcessBuilder("kill", "-TERM", Long.toString(main.pid())).start().waitFor())
          .isZero();
      assertThat(main.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS)).as(err()).isTrue();
      assertThat(main.exitValue()).as(err()).isZero();
      assertThat(err()).contains("drained: 1 results (0 errors)");
    } finally {
      if (main != null) {
        main.destroyForcibly();
      }
      redis.stop();
      gateway.stop(0);
    }
  }

  /** As a container would start it: the entry point, and settings from the environment. */
  private Process main(Path keys, String redis, int gatewayPort, int http) throws IOException {
    List<String> command =
        file.last("ENTRYPOINT").words().stream()
            .map(word -> word.replace("/opt/java/bin/java", java.toString()))
            .map(word -> word.replace("/opt/batch/batch-examples.jar", JAR.toString()))
            .toList();
    ProcessBuilder builder =
        new ProcessBuilder(command)
            .directory(directory.toFile())
            .redirectOutput(directory.resolve("out").toFile())
            .redirectError(directory.resolve("err").toFile());
    Map<String, String> environment = builder.environment();
    environment.keySet().removeIf(name -> name.startsWith("BATCH_"));
    environment.put("BATCH_MESSAGE_QUEUE_IMPL", "redis-streams");
    environment.put("BATCH_REDIS_URL", redis);
    environment.put("BATCH_ENDPOINT", "https://localhost:%d/v1".formatted(gatewayPort));
    environment.put("BATCH_HTTP_PORT", String.valueOf(http));
    environment.put(
        "JDK_JAVA_OPTIONS",
        "-Djavax.net.ssl.trustStore=%s -Djavax.net.ssl.trustStorePassword=%s"
            .formatted(keys, PASSWORD));
    return builder.start();
  }

  /**
   * A key on an elliptic curve: what certificates mostly have, and what needs a module of its own.
   */
  private void keytool(Path keys) throws IOException, InterruptedException {
    Process keytool =
        new ProcessBuilder(
                java.resolveSibling("keytool").toString(),
                "-genkeypair",
                "-alias",
                "gateway",
                "-keyalg",
                "EC",
                "-groupname",
                "secp256r1",
                "-dname",
                "CN=localhost",
                "-ext",
                "SAN=dns:localhost",
                "-storetype",
                "PKCS12",
                "-keystore",
                keys.toString(),
                "-storepass",
                PASSWORD)
            .redirectErrorStream(true)
            .redirectOutput(directory.resolve("keytool").toFile())
            .start();
    assertThat(keytool.waitFor()).as(Files.readString(directory.resolve("keytool"))).isZero();
  }

  private static HttpsServer gateway(Path keys) throws IOException, GeneralSecurityException {
    KeyStore store = KeyStore.getInstance("PKCS12");
    try (InputStream in = Files.newInputStream(keys)) {
      store.load(in, PASSWORD.toCharArray());
    }
    KeyManagerFactory managers =
        KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
    managers.init(store, PASSWORD.toCharArray());
    SSLContext tls = SSLContext.getInstance("TLS");
    tls.init(managers.getKeyManagers(), null, null);
    HttpsServer server =
        HttpsServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.setHttpsConfigurator(new HttpsConfigurator(tls));
    server.createContext(
        "/",
        exchange -> {
          try (exchange) {
            exchange.getRequestBody().readAllBytes();
            byte[] answer = ANSWER.getBytes(StandardCharsets.UTF_8);
            exchange.getResponseHeaders().set("Content-Type", "application/json");
            exchange.sendResponseHeaders(200, answer.length);
            exchange.getResponseBody().write(answer);
          }
        });
    server.start();
    return server;
  }

  private static String err() throws IOException {
    Path err = directory.resolve("err");
    return Files.exists(err) ? Files.readString(err) : "";
  }

  /** Below those that the system gives to connections, which could take it meanwhile. */
  private static int freePort() {
    while (true) {
      int port = ThreadLocalRandom.current().nextInt(10_000, 32_000);
      try (ServerSocket socket = new ServerSocket(port, 1, InetAddress.getLoopbackAddress())) {
        return socket.getLocalPort();
      } catch (IOException e) {
        // Taken: try another.
      }
    }
  }

  /** What a tool of the JDK says. */
  private static String run(String tool, String... arguments) {
    StringWriter out = new StringWriter();
    StringWriter err = new StringWriter();
    int code =
        ToolProvider.findFirst(tool)
            .orElseThrow(() -> new AssertionError("this is no JDK: it has no " + tool))
            .run(new PrintWriter(out), new PrintWriter(err), arguments);
    assertThat(code).as("%s %s: %s%s", tool, List.of(arguments), out, err).isZero();
    return out.toString();
  }
}
