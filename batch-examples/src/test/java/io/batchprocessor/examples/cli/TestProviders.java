package io.batchprocessor.examples.cli;

import io.batchprocessor.memory.MemoryTransport;
import io.batchprocessor.message.Bytes;
import io.batchprocessor.message.RequestMessage;
import io.batchprocessor.spi.QueueProvider;
import io.batchprocessor.spi.RequestQueue;
import io.batchprocessor.spi.ResultQueue;
import io.batchprocessor.spi.RetryQueue;
import io.batchprocessor.spi.Setting;
import io.batchprocessor.spi.Settings;
import io.batchprocessor.spi.Transport;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.stream.IntStream;

/** Stand-ins for a broker, found as real ones are. */
public final class TestProviders {

  private TestProviders() {}

  /** A broker that has some requests. */
  public static final class Filled implements QueueProvider {

    static final Setting<Integer> REQUESTS =
        Setting.integer("filled.requests", "how many requests there are").withDefault("100");
    static final Setting<String> PASSWORD = Setting.secret("filled.password", "opens the broker");
    static final Setting<Duration> LEASE =
        Setting.duration("filled.lease", "how long a delivery is ours").withDefault("60s");

    @Override
    public String id() {
      return "filled";
    }

    @Override
    public List<Setting<?>> settings() {
      return List.of(REQUESTS, PASSWORD, LEASE);
    }

    @Override
    public Transport open(Settings settings) {
      MemoryTransport queues = MemoryTransport.builder().build();
      Instant deadline = Instant.now().plusSeconds(600);
      List<Bytes> requests =
          IntStream.range(0, settings.get(REQUESTS))
              .mapToObj(
                  i ->
                      RequestMessage.builder("r-" + i)
                          .deadline(deadline)
                          .payload("{}")
                          .build()
                          .toJson())
              .toList();
      queues.submit("requests", requests);
      return queues;
    }
  }

  /** A broker that is not there. */
  public static final class Unreachable implements QueueProvider {

    @Override
    public String id() {
      return "unreachable";
    }

    @Override
    public Transport open(Settings settings) {
      throw new UncheckedIOException(
          "broker at test://nowhere can't be reached; is it running?",
          new IOException("connection\nrefused"));
    }
  }

  /** A broker with queues and no ability beside. */
  public static final class Bare implements QueueProvider {

    @Override
    public String id() {
      return "without-abilities";
    }

    @Override
    public Transport open(Settings settings) {
      MemoryTransport queues = MemoryTransport.builder().build();
      return new Transport() {
        @Override
        public List<? extends RequestQueue> requestQueues() {
          return queues.requestQueues();
        }

        @Override
        public RetryQueue retryQueue() {
          return queues.retryQueue();
        }

        @Override
        public ResultQueue resultQueue() {
          return queues.resultQueue();
        }

        @Override
        public void close() {
          queues.close();
        }
      };
    }
  }
}
