package io.batchprocessor.redis;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import redis.clients.jedis.HostAndPort;
import redis.clients.jedis.Jedis;
import redis.clients.jedis.exceptions.JedisException;
import redis.embedded.RedisExecProvider;

/**
 * A redis-server of our own in a process of its own, out of a jar: can be killed, frozen and
 * started again on the same port and the same files.
 */
final class RedisProcess implements AutoCloseable {

  private static final Path SERVER = unpack();

  private final int port;
  private final Path directory;
  private final List<String> options;
  private Process process;

  private RedisProcess(int port, Path directory, List<String> options) {
    this.port = port;
    this.directory = directory;
    this.options = options;
  }

  /** A server with these options, as on its command line; no persistence unless they say so. */
  static RedisProcess launch(String... options) {
    return launch(freePort(), options);
  }

  static RedisProcess launch(int port, String... options) {
    try {
      RedisProcess redis =
          new RedisProcess(port, Files.createTempDirectory("redis-" + port), List.of(options));
      redis.start();
      return redis;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  static RedisProcess withAppendOnlyFile() {
    return launch("--appendonly", "yes", "--appendfsync", "always");
  }

  /** A Sentinel with this configuration, which it will rewrite. */
  static RedisProcess launchSentinel(String configuration) {
    int port = freePort();
    try {
      Path directory = Files.createTempDirectory("sentinel-" + port);
      Path file = Files.writeString(directory.resolve("sentinel.conf"), configuration);
      RedisProcess sentinel = new RedisProcess(port, directory, List.of());
      sentinel.start(
          List.of(
              SERVER.toString(), file.toString(), "--sentinel", "--port", String.valueOf(port)));
      return sentinel;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  void start() {
    List<String> command = new ArrayList<>();
    command.add(SERVER.toString());
    command.addAll(List.of("--port", String.valueOf(port), "--bind", "127.0.0.1"));
    command.addAll(List.of("--save", "", "--dir", directory.toString()));
    command.addAll(options);
    start(command);
  }

  private void start(List<String> command) {
    try {
      process =
          new ProcessBuilder(command)
              .redirectErrorStream(true)
              .redirectOutput(directory.resolve("log-" + port).toFile())
              .start();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    Runtime.getRuntime().addShutdownHook(new Thread(process::destroyForcibly));
    awaitAnswer();
  }

  private void awaitAnswer() {
    Awaitility.await("redis-server on port " + port)
        .pollInterval(Duration.ofMillis(20))
        .atMost(Duration.ofSeconds(20))
        .until(
            () -> {
              if (!process.isAlive()) {
                throw new IllegalStateException(
                    Files.readString(directory.resolve("log-" + port), UTF_8));
              }
              return answers();
            });
  }

  private boolean answers() {
    try (java.net.Socket socket = new java.net.Socket(InetAddress.getLoopbackAddress(), port)) {
      socket.setSoTimeout(1000);
      socket.getOutputStream().write("PING\r\n".getBytes(UTF_8));
      String answer = new String(socket.getInputStream().readNBytes(5), UTF_8);
      return !answer.startsWith("-LOAD") && !answer.isEmpty();
    } catch (IOException e) {
      return false;
    }
  }

  /** As a power cut would. */
  void kill() {
    process.destroyForcibly();
    try {
      process.waitFor(10, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** Stops it from running, without its connections breaking. */
  void freeze() {
    signal("STOP");
  }

  void thaw() {
    signal("CONT");
  }

  private void signal(String name) {
    try {
      new ProcessBuilder("kill", "-" + name, String.valueOf(process.pid())).start().waitFor();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  int port() {
    return port;
  }

  HostAndPort address() {
    return new HostAndPort("127.0.0.1", port);
  }

  String url() {
    return "redis://127.0.0.1:" + port;
  }

  /** What redis-cli would be used for. */
  Jedis cli() {
    return new Jedis("127.0.0.1", port, 10_000);
  }

  void flush() {
    try (Jedis cli = cli()) {
      cli.flushAll();
    } catch (JedisException e) {
      throw new IllegalStateException(e);
    }
  }

  @Override
  public void close() {
    kill();
    try (Stream<Path> files = Files.walk(directory)) {
      files.sorted(Comparator.reverseOrder()).forEach(file -> file.toFile().delete());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /**
   * A port that is still free when a killed server comes back: below those that the system gives to
   * connections, by 10,000 because a node of a cluster talks to others on its port + 10000.
   */
  static int freePort() {
    while (true) {
      int port = ThreadLocalRandom.current().nextInt(10_000, 22_000);
      try (ServerSocket socket = new ServerSocket(port, 1, InetAddress.getLoopbackAddress())) {
        return socket.getLocalPort();
      } catch (IOException e) {
        // Taken: try another.
      }
    }
  }

  /** The server of the tests' own jar, or the one that the system property redis.server names. */
  private static Path unpack() {
    String other = System.getProperty("redis.server");
    if (other != null) {
      return Path.of(other);
    }
    try {
      Path server = RedisExecProvider.defaultProvider().get().toPath();
      if (!server.toFile().setExecutable(true)) {
        throw new IOException("can't make executable: " + server);
      }
      return server;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
