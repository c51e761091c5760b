package io.batchprocessor;

import static org.assertj.core.api.Assertions.assertThat;

import io.batchprocessor.memory.MemoryTransport;
import io.batchprocessor.message.RequestMessage;
import io.batchprocessor.message.ResultMessage;
import io.batchprocessor.spi.Transport;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.awaitility.core.ConditionFactory;
import org.junit.jupiter.api.AfterEach;

/** An engine between the in-memory transport and a fake gateway; closes what a test started. */
abstract class EngineBench {

  static final Duration PATIENCE = Duration.ofSeconds(20);

  final FakeGateway gateway = new FakeGateway();
  final Recorder recorder = new Recorder();
  private final List<AutoCloseable> opened = new ArrayList<>();

  /** The default queues. */
  final MemoryTransport queues = opened(MemoryTransport.builder().build());

  final <T extends AutoCloseable> T opened(T closeable) {
    opened.add(closeable);
    return closeable;
  }

  /** A processor over {@link #queues}, started. Retries come at once. */
  final BatchProcessor start(UnaryOperator<BatchProcessorBuilder> with) {
    return start(queues, with);
  }

  final BatchProcessor start(Transport transport, UnaryOperator<BatchProcessorBuilder> with) {
    BatchProcessor processor = build(transport, with);
    processor.start();
    return processor;
  }

  final BatchProcessor build(Transport transport, UnaryOperator<BatchProcessorBuilder> with) {
    return opened(
        with.apply(
                BatchProcessor.builder()
                    .transport(transport)
                    .endpoint(Samples.ENDPOINT)
                    .inferenceClient(gateway)
                    .backoff(context -> Duration.ZERO)
                    .setting("drain-timeout", "0ms")
                    .listener(recorder))
            .build());
  }

  static BatchProcessorBuilder asItIs(BatchProcessorBuilder builder) {
    return builder;
  }

  static ConditionFactory eventually() {
    return Awaitility.await().atMost(PATIENCE).pollInterval(Duration.ofMillis(2));
  }

  /** Puts requests into the first of {@link #queues}; nobody waits for the results. */
  final void enqueue(RequestMessage... requests) {
    queues.submit("requests", Stream.of(requests).map(RequestMessage::toJson).toList());
  }

  /** Waits until the listener has been told all this of a request, in this order. */
  final void assertTold(String id, String... events) {
    eventually().untilAsserted(() -> assertThat(recorder.eventsOf(id)).containsExactly(events));
  }

  static ResultMessage resultOf(CompletableFuture<ResultMessage> submitted) {
    assertThat(submitted).succeedsWithin(PATIENCE);
    return submitted.join();
  }

  static List<ResultMessage> resultsOf(List<CompletableFuture<ResultMessage>> submitted) {
    return submitted.stream().map(EngineBench::resultOf).toList();
  }

  @AfterEach
  final void closeEverything() throws Exception {
    for (int i = opened.size() - 1; i >= 0; i--) {
      opened.get(i).close();
    }
  }
}
