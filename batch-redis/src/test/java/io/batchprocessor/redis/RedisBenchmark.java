package io.batchprocessor.redis;

import io.batchprocessor.BatchProcessor;
import io.batchprocessor.message.Bytes;
import io.batchprocessor.spi.Delivery;
import io.batchprocessor.spi.QueueProvider;
import io.batchprocessor.spi.RequestQueue;
import io.batchprocessor.spi.Retry;
import java.lang.management.ManagementFactory;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.stream.IntStream;
import redis.clients.jedis.Jedis;

/**
 * Prints what the transports cost: throughput through a gateway, round trips for each request, idle
 * latency, claims beside a million parked retries. Asserts nothing.
 *
 * <pre>{@code
 * RedisBenchmark throughput <provider> <gateway URL> <requests> <concurrency>
 * RedisBenchmark latency <provider>
 * RedisBenchmark parked <count>
 * }</pre>
 */
final class RedisBenchmark {

  private static final Bytes BODY_TAIL =
      Bytes.utf8("\",\"deadline\":9999999999,\"payload\":{\"model\":\"m\",\"prompt\":\"hello\"}}");

  private RedisBenchmark() {}

  public static void main(String[] args) throws Exception {
    print(
        "%s %s, %d processors, Redis 7.0.15 on the same machine, no persistence",
        System.getProperty("java.vm.name"),
        System.getProperty("java.version"),
        Runtime.getRuntime().availableProcessors());
    try (RedisProcess redis = RedisProcess.launch()) {
      switch (args[0]) {
        case "throughput" ->
            throughput(
                redis,
                provider(args[1]),
                args[2],
                Integer.parseInt(args[3]),
                Integer.parseInt(args[4]));
        case "latency" -> latency(redis, provider(args[1]));
        case "parked" -> parked(redis, Integer.parseInt(args[1]));
        default -> throw new IllegalArgumentException(args[0]);
      }
    }
  }

  private static QueueProvider provider(String id) {
    return List.of(
            new RedisStreamsProvider(), new RedisSortedSetProvider(), new RedisPubSubProvider())
        .stream()
        .filter(provider -> provider.id().equals(id))
        .findFirst()
        .orElseThrow();
  }

  private static void throughput(
      RedisProcess redis, QueueProvider provider, String gateway, int requests, int concurrency)
      throws Exception {
    try (RedisTransport transport = Requests.open(provider, redis.url());
        Jedis cli = redis.cli()) {
      for (int round = 0; round < 3; round++) {
        submit(transport, requests);
        long commands = scripts(cli);
        long cpu = processCpu();
        long start = System.nanoTime();
        try (BatchProcessor processor =
            BatchProcessor.builder()
                .transport(transport)
                .endpoint(URI.create(gateway))
                .concurrency(concurrency)
                .build()) {
          processor.start();
          while (stored(cli, provider) < (long) requests * (round + 1)) {
            java.util.concurrent.locks.LockSupport.parkNanos(2_000_000);
          }
          double seconds = (System.nanoTime() - start) / 1e9;
          print(
              "%s, concurrency %d: %,.0f requests/s, %.1f µs CPU each, %.2f calls to Redis per 32"
                  + " requests",
              provider.id(),
              concurrency,
              requests / seconds,
              (processCpu() - cpu) / 1e3 / requests,
              (scripts(cli) - commands) * 32.0 / requests);
        }
      }
    }
  }

  private static void submit(RedisTransport transport, int requests) {
    String queue = transport.requestQueues().get(0).name();
    for (int from = 0; from < requests; from += 10_000) {
      transport.submit(
          queue,
          IntStream.range(from, Math.min(requests, from + 10_000))
              .mapToObj(i -> Bytes.utf8("{\"id\":\"r" + i + BODY_TAIL.toUtf8()))
              .toList());
    }
  }

  private static long stored(Jedis cli, QueueProvider provider) {
    return provider.id().equals(Kind.STREAMS.id())
        ? cli.xlen(Kind.STREAMS.resultQueue())
        : cli.llen(Kind.SORTED_SET.resultQueue());
  }

  /** Calls that waited for an answer: scripts and blocking reads; not the commands in scripts. */
  private static long scripts(Jedis cli) {
    return cli.info("commandstats")
        .lines()
        .filter(line -> line.matches("cmdstat_(evalsha|zmscore):.*"))
        .mapToLong(line -> Long.parseLong(line.replaceFirst("[^:]*:calls=(\\d+),.*", "$1")))
        .sum();
  }

  private static void latency(RedisProcess redis, QueueProvider provider) throws Exception {
    try (RedisTransport producer = Requests.open(provider, redis.url());
        RedisTransport transport = Requests.open(provider, redis.url())) {
      RequestQueue queue = transport.requestQueues().get(0);
      int warmUp = 500;
      long[] nanos = new long[3_000];
      for (int i = -warmUp; i < nanos.length; i++) {
        var waiting = DurableRules.receiving(queue, Duration.ofSeconds(30));
        // Long enough for the receive to wait, and not in step with any period of it.
        java.util.concurrent.locks.LockSupport.parkNanos(3_000_000 + (i * 7_919L) % 3_000_000);
        long start = System.nanoTime();
        producer.submit(queue.name(), List.of(Requests.request("r" + i)));
        List<Delivery> deliveries = waiting.get();
        if (i >= 0) {
          nanos[i] = System.nanoTime() - start;
        }
        queue.acknowledge(deliveries);
      }
      Arrays.sort(nanos);
      print(
          "%s, idle: submit to delivery p50 %.2f ms, p99 %.2f ms, max %.2f ms (submit included)",
          provider.id(),
          nanos[nanos.length / 2] / 1e6,
          nanos[nanos.length * 99 / 100] / 1e6,
          nanos[nanos.length - 1] / 1e6);
    }
  }

  private static void parked(RedisProcess redis, int count) throws Exception {
    try (RedisTransport transport = Requests.open(new RedisStreamsProvider(), redis.url());
        Jedis cli = redis.cli()) {
      RequestQueue queue = transport.requestQueues().get(0);
      long start = System.nanoTime();
      for (int parked = 0; parked < count; ) {
        submit(transport, 10_000);
        for (int taken = 0; taken < 10_000; ) {
          List<Delivery> held = queue.receive(500, Duration.ofSeconds(1));
          transport
              .retryQueue()
              .schedule(held.stream().map(d -> new Retry(d, Duration.ofHours(1), 2)).toList());
          taken += held.size();
        }
        parked += 10_000;
      }
      print(
          "%,d requests parked at %,.0f/s; Redis uses %s, this process %,d MiB",
          cli.zcard(Kind.STREAMS.retryQueue()),
          count / ((System.nanoTime() - start) / 1e9),
          cli.info("memory")
              .lines()
              .filter(l -> l.startsWith("used_memory_human"))
              .findFirst()
              .orElse("?"),
          usedHeap() >> 20);
      List<Double> claims = new ArrayList<>();
      for (int i = 0; i < 2_000; i++) {
        submit(transport, 1);
        List<Delivery> held = queue.receive(1, Duration.ofSeconds(1));
        transport.retryQueue().schedule(List.of(new Retry(held.get(0), Duration.ZERO, 2)));
        long before = System.nanoTime();
        List<Delivery> due = transport.retryQueue().receive(1, Duration.ZERO);
        claims.add((System.nanoTime() - before) / 1e3);
        transport.retryQueue().acknowledge(due);
      }
      claims.sort(null);
      print(
          "claim of one that is due beside them, round trip included: p50 %.0f µs, p99 %.0f µs",
          claims.get(claims.size() / 2), claims.get(claims.size() * 99 / 100));
    }
  }

  private static long usedHeap() {
    System.gc();
    return Runtime.getRuntime().totalMemory() - Runtime.getRuntime().freeMemory();
  }

  private static long processCpu() {
    return ManagementFactory.getOperatingSystemMXBean()
            instanceof com.sun.management.OperatingSystemMXBean bean
        ? bean.getProcessCpuTime()
        : 0;
  }

  private static void print(String format, Object... values) {
    System.out.println(String.format(Locale.ROOT, format, values));
  }
}
