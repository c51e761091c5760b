package io.batchprocessor.gcp.pubsub;

import com.google.api.core.ApiFutures;
import com.google.api.gax.batching.BatchingSettings;
import com.google.api.gax.core.NoCredentialsProvider;
import com.google.api.gax.grpc.GrpcTransportChannel;
import com.google.api.gax.rpc.FixedTransportChannelProvider;
import com.google.cloud.pubsub.v1.AckReplyConsumer;
import com.google.cloud.pubsub.v1.Publisher;
import com.google.cloud.pubsub.v1.Subscriber;
import com.google.pubsub.v1.PubsubMessage;
import io.batchprocessor.BatchProcessor;
import io.batchprocessor.spi.Delivery;
import io.batchprocessor.spi.RequestQueue;
import io.grpc.Grpc;
import io.grpc.InsecureChannelCredentials;
import io.grpc.ManagedChannel;
import java.lang.management.ManagementFactory;
import java.net.URI;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;

/**
 * Prints what the transport costs on the emulator: throughput through a gateway, beside a bare loop
 * of Google's own {@code Subscriber} and {@code Publisher} in the same run that publishes each
 * message it gets and then acknowledges it, and the latency of an idle queue; streaming and unary.
 * Asserts nothing.
 *
 * <pre>{@code
 * PubSubBenchmark throughput <gateway URL> <requests> <concurrency>
 * PubSubBenchmark latency
 * }</pre>
 */
final class PubSubBenchmark {

  private PubSubBenchmark() {}

  public static void main(String[] args) throws Exception {
    print(
        "%s %s, %d processors, load %.1f, emulator on the same machine",
        System.getProperty("java.vm.name"),
        System.getProperty("java.version"),
        Runtime.getRuntime().availableProcessors(),
        ManagementFactory.getOperatingSystemMXBean().getSystemLoadAverage());
    switch (args[0]) {
      case "throughput" -> {
        int requests = Integer.parseInt(args[2]);
        for (int round = 0; round < 3; round++) {
          double bare = bare(requests);
          for (Pulls.Kind pull : Pulls.Kind.values()) {
            double processor = processor(pull, args[1], requests, Integer.parseInt(args[3]));
            print("%s: %.0f %% of the bare loop", pull, 100 * processor / bare);
          }
        }
      }
      case "latency" -> {
        for (Pulls.Kind pull : Pulls.Kind.values()) {
          latency(pull);
        }
      }
      default -> throw new IllegalArgumentException(args[0]);
    }
    System.exit(0);
  }

  private static double bare(int requests) throws Exception {
    try (Deployment deployment = deployment()) {
      deployment.submit(requests);
      ManagedChannel channel =
          Grpc.newChannelBuilder(
                  deployment.emulator().endpoint().substring("http://".length()),
                  InsecureChannelCredentials.create())
              .maxInboundMessageSize(Integer.MAX_VALUE)
              .build();
      var provider = FixedTransportChannelProvider.create(GrpcTransportChannel.create(channel));
      Publisher publisher =
          Publisher.newBuilder(Emulator.topic(deployment.resultTopic()))
              .setChannelProvider(provider)
              .setCredentialsProvider(NoCredentialsProvider.create())
              .setBatchingSettings(
                  BatchingSettings.newBuilder()
                      .setElementCountThreshold(100L)
                      .setRequestByteThreshold(1_000_000L)
                      .setDelayThresholdDuration(Duration.ofMillis(1))
                      .build())
              .build();
      AtomicInteger done = new AtomicInteger();
      long begin = System.nanoTime();
      Subscriber subscriber =
          Subscriber.newBuilder(
                  Emulator.subscription(deployment.requests()),
                  (PubsubMessage message, AckReplyConsumer reply) -> {
                    var unused =
                        ApiFutures.transform(
                            publisher.publish(
                                PubsubMessage.newBuilder().setData(message.getData()).build()),
                            id -> {
                              reply.ack();
                              return done.incrementAndGet();
                            },
                            Runnable::run);
                  })
              .setChannelProvider(provider)
              .setCredentialsProvider(NoCredentialsProvider.create())
              .build();
      subscriber.startAsync().awaitRunning();
      while (done.get() < requests) {
        LockSupport.parkNanos(1_000_000);
      }
      double rate = requests / ((System.nanoTime() - begin) / 1e9);
      print("bare Subscriber and Publisher: %,.0f messages/s", rate);
      subscriber.stopAsync().awaitTerminated();
      publisher.shutdown();
      channel.shutdownNow();
      return rate;
    }
  }

  private static double processor(Pulls.Kind pull, String gateway, int requests, int concurrency) {
    try (Deployment deployment = deployment().pulling(pull)) {
      deployment.submit(requests);
      long cpu = processCpu();
      long begin = System.nanoTime();
      try (PubSubTransport transport = deployment.open();
          BatchProcessor processor =
              BatchProcessor.builder()
                  .transport(transport)
                  .endpoint(URI.create(gateway))
                  .concurrency(concurrency)
                  .build()) {
        processor.start();
        while (processor.stats().finished() < requests) {
          LockSupport.parkNanos(1_000_000);
        }
        double seconds = (System.nanoTime() - begin) / 1e9;
        print(
            "%s, concurrency %d: %,.0f requests/s, %.0f µs CPU each",
            pull, concurrency, requests / seconds, (processCpu() - cpu) / 1e3 / requests);
        return requests / seconds;
      }
    }
  }

  /** Its ack deadline is as long as the lease: what the module's README recommends. */
  private static Deployment deployment() {
    return new Deployment(subscription -> subscription.setAckDeadlineSeconds(60));
  }

  private static void latency(Pulls.Kind pull) throws Exception {
    try (Deployment deployment = deployment().pulling(pull)) {
      PubSubTransport transport = deployment.open();
      RequestQueue queue = Deployment.queue(transport);
      long[] nanos = new long[1_000];
      for (int i = -200; i < nanos.length; i++) {
        CompletableFuture<List<Delivery>> waiting =
            CompletableFuture.supplyAsync(
                () -> {
                  try {
                    return queue.receive(1, Duration.ofSeconds(30));
                  } catch (InterruptedException e) {
                    throw new IllegalStateException(e);
                  }
                });
        // Long enough for the receive to wait, and not in step with any period of it.
        LockSupport.parkNanos(3_000_000 + (i * 7_919L) % 3_000_000);
        long begin = System.nanoTime();
        deployment.submit(List.of(Deployment.request("r" + i).build()));
        List<Delivery> deliveries = waiting.get();
        if (i >= 0) {
          nanos[i] = System.nanoTime() - begin;
        }
        var unused = queue.acknowledge(deliveries);
      }
      Arrays.sort(nanos);
      print(
          "%s, idle: submit to delivery p50 %.2f ms, p99 %.2f ms, max %.2f ms (submit included)",
          pull,
          nanos[nanos.length / 2] / 1e6,
          nanos[nanos.length * 99 / 100] / 1e6,
          nanos[nanos.length - 1] / 1e6);
    }
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
