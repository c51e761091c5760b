package io.batchprocessor.examples.jdbc;

import io.batchprocessor.testkit.Broker;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.awaitility.core.ConditionTimeoutException;

/**
 * A PostgreSQL of our own, out of a jar, in a process of its own: can be killed and started again
 * on the same port and the same files. It refuses to be run by root, and builds often are: then it
 * is run as the user {@code nobody}.
 */
final class PostgresServer implements Broker, AutoCloseable {

  static final String USER = "postgres";
  static final String PASSWORD = "s3cret";

  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final boolean ROOT = System.getProperty("user.name").equals("root");

  private final Path home = PostgresFiles.unpacked();
  private final Path data = home.resolve("data-" + System.nanoTime());
  private final int port = freePort();
  private Process process;

  PostgresServer() {
    try {
      Path password = Files.writeString(home.resolve("password"), PASSWORD);
      Files.createDirectory(data);
      Files.setPosixFilePermissions(data, PosixFilePermissions.fromString("rwx------"));
      if (ROOT) {
        Files.setOwner(
            data,
            data.getFileSystem().getUserPrincipalLookupService().lookupPrincipalByName("nobody"));
      }
      Process initdb =
          fork(
              "initdb",
              "--pgdata=" + data,
              "--username=" + USER,
              "--pwfile=" + password,
              "--auth=scram-sha-256",
              "--encoding=UTF8",
              "--no-locale",
              "--no-sync");
      if (!initdb.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS) || initdb.exitValue() != 0) {
        throw new IllegalStateException("initdb: " + log());
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
    start();
    Runtime.getRuntime().addShutdownHook(new Thread(this::kill));
  }

  /** Its URL, as {@code jdbc.url} has it. */
  String url() {
    return "jdbc:postgresql://127.0.0.1:%d/postgres".formatted(port);
  }

  int port() {
    return port;
  }

  /** A connection as any client has it. */
  Connection connect() throws SQLException {
    return DriverManager.getConnection(url(), USER, PASSWORD);
  }

  /**
   * One that was killed has its port and its memory until its last process is gone: what is started
   * before fails, and is started again.
   */
  @Override
  public synchronized void start() {
    if (process != null && process.isAlive()) {
      return;
    }
    try {
      Awaitility.await().pollInterval(Duration.ofMillis(20)).atMost(PATIENCE).until(this::answers);
    } catch (ConditionTimeoutException e) {
      throw new IllegalStateException("PostgreSQL does not start: " + log(), e);
    }
  }

  private boolean answers() throws IOException {
    if (process == null || !process.isAlive()) {
      process =
          fork(
              "postgres",
              "-D",
              data.toString(),
              "-p",
              String.valueOf(port),
              "-clisten_addresses=127.0.0.1",
              "-cunix_socket_directories=",
              "-cmax_connections=200",
              "-cshared_buffers=32MB");
    }
    try (Connection connection = connect()) {
      return connection.isValid(5);
    } catch (SQLException e) {
      return false;
    }
  }

  /** With all its processes, as a power failure would. */
  @Override
  public synchronized void kill() {
    List<ProcessHandle> children = process.children().toList();
    process.destroyForcibly();
    children.forEach(ProcessHandle::destroyForcibly);
    try {
      process.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  @Override
  public void close() {
    kill();
  }

  private Process fork(String program, String... arguments) throws IOException {
    List<String> command = new ArrayList<>();
    if (ROOT) {
      command.addAll(List.of("setpriv", "--reuid=nobody", "--regid=65534", "--clear-groups"));
    }
    command.add(home.resolve("bin").resolve(program).toString());
    command.addAll(List.of(arguments));
    return new ProcessBuilder(command)
        .directory(home.toFile())
        .redirectErrorStream(true)
        .redirectOutput(ProcessBuilder.Redirect.appendTo(home.resolve("log-" + port).toFile()))
        .start();
  }

  private String log() {
    try {
      return Files.readString(home.resolve("log-" + port));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Below the ports that systems give to outgoing connections: one of those may take it. */
  private static int freePort() {
    while (true) {
      int port = ThreadLocalRandom.current().nextInt(22_000, 32_000);
      try (ServerSocket socket = new ServerSocket(port, 1, InetAddress.getLoopbackAddress())) {
        return socket.getLocalPort();
      } catch (IOException e) {
        // Taken: try another.
      }
    }
  }
}
