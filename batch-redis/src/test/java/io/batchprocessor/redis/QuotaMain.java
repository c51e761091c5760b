package io.batchprocessor.redis;

import io.batchprocessor.spi.DispatchGate;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import redis.clients.jedis.Jedis;

/**
 * A replica in a process of its own, to be killed. It counts in Redis, where all replicas see it,
 * what it has in flight:
 *
 * <pre>{@code
 * QuotaMain hammer|hold <port> <tenant> [<setting> <value>...]
 * }</pre>
 */
final class QuotaMain {

  static final String IN_FLIGHT = "test:in-flight:";
  static final String MOST = "test:most:";
  static final String SERVED = "test:served:";

  /** One more in flight; remembers the most that there were. */
  private static final String BEGAN =
      "local n = redis.call('INCR', KEYS[1])"
          + " if n > tonumber(redis.call('GET', KEYS[2]) or '0') then"
          + " redis.call('SET', KEYS[2], n) end return n";

  private QuotaMain() {}

  public static void main(String[] args) throws Exception {
    int port = Integer.parseInt(args[1]);
    String tenant = args[2];
    DispatchGate gate =
        GateRequests.gate(
            "redis-quota", List.of(args).subList(3, args.length).toArray(String[]::new));
    if (args[0].equals("hold")) {
      try (Jedis cli = new Jedis("127.0.0.1", port)) {
        while (true) {
          GateRequests.await(gate, GateRequests.of(tenant));
          cli.incr(IN_FLIGHT + tenant);
        }
      }
    }
    ThreadLocal<Jedis> cli = ThreadLocal.withInitial(() -> new Jedis("127.0.0.1", port));
    QuotaHammer.Gateway counting =
        new QuotaHammer.Gateway() {
          @Override
          public void began(String name) {
            cli.get().eval(BEGAN, List.of(IN_FLIGHT + name, MOST + name), List.of());
          }

          @Override
          public void ended(String name) {
            cli.get().decr(IN_FLIGHT + name);
            cli.get().incr(SERVED + name);
          }
        };
    QuotaHammer hammer = new QuotaHammer(gate, counting, 8, tenant);
    new CountDownLatch(1).await();
    hammer.close();
  }

  /** Starts one. */
  static Process fork(String... args) throws IOException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of("-Xmx128m", "-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC"));
    command.addAll(List.of("-cp", System.getProperty("java.class.path")));
    command.add(QuotaMain.class.getName());
    command.addAll(List.of(args));
    Process process =
        new ProcessBuilder(command)
            .redirectErrorStream(true)
            .redirectOutput(Files.createTempFile("replica-", ".log").toFile())
            .start();
    Runtime.getRuntime().addShutdownHook(new Thread(process::destroyForcibly));
    return process;
  }
}
