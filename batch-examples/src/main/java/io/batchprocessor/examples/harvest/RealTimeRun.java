package io.batchprocessor.examples.harvest;

import io.batchprocessor.BatchProcessor;
import io.batchprocessor.BatchProcessorBuilder;
import io.batchprocessor.examples.gateway.EngineSettings;
import io.batchprocessor.examples.gateway.SimulatedGateway;
import io.batchprocessor.examples.traffic.LiveAnswer;
import io.batchprocessor.examples.traffic.LiveRequest;
import io.batchprocessor.examples.traffic.LiveTraffic;
import io.batchprocessor.memory.MemoryTransport;
import io.batchprocessor.message.Bytes;
import io.batchprocessor.message.RequestMessage;
import io.batchprocessor.message.ResultMessage;
import io.batchprocessor.message.TokenUsage;
import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * One contender in real time over HTTP: a simulated gateway behind its server, live traffic by
 * connections of its own, and for batch the processor with its gate, as configured. Live arrivals
 * and batch requests are those of the {@link VirtualRun} of the same scenario.
 */
final class RealTimeRun implements AutoCloseable {

  /** Batch requests in the queue or on their way: more than anybody has in flight. */
  private static final int SUBMITTED = 1_000;

  private static final Duration LOOK_AGAIN = Duration.ofMillis(50);
  private static final Duration LAST_ANSWERS = Duration.ofMinutes(1);

  private final Scenario scenario;
  private final String name;
  private final SimulatedGateway gateway;
  private final MemoryTransport queues = MemoryTransport.builder().build();
  private final LiveTraffic live;
  private final @Nullable BatchProcessor processor;
  private final Backlog backlog;
  private final Map<String, BatchRequest> submitted = new HashMap<>();
  private long finishedTokens;
  private long finished;
  private long inTime;

  RealTimeRun(Scenario scenario, EngineSettings engine, BothForms contender) throws IOException {
    this.scenario = scenario;
    this.name = contender.name();
    this.backlog = scenario.backlog();
    this.gateway =
        SimulatedGateway.builder()
            .engine(engine)
            .trafficLabel(BothForms.TRAFFIC_LABEL)
            .seed(scenario.seed())
            .start();
    this.live =
        new LiveTraffic(
            "live-traffic",
            gateway.uri(),
            scenario.arrivals().stream()
                .map(
                    each ->
                        new LiveRequest(each.atNanos(), each.promptTokens(), each.answerTokens()))
                .toList());
    this.processor = contender.concurrency() == 0 ? null : processor(contender);
  }

  private BatchProcessor processor(BothForms contender) {
    URI uri = gateway.uri();
    Map<String, Object> gate = contender.gate().apply(uri);
    BatchProcessorBuilder builder =
        BatchProcessor.builder()
            .transport(queues)
            .endpoint(uri.resolve("/v1/completions"))
            .inferenceObjective("batch")
            .concurrency(contender.concurrency())
            .setting("drain-timeout", "0s");
    return gate.isEmpty() ? builder.build() : builder.configure(Map.of("gate", gate)).build();
  }

  /** Runs, with time 0 at that moment of {@link System#nanoTime}. */
  RealTimeResult run(long startNanos) throws InterruptedException {
    Instant start = Instant.now().plusNanos(startNanos - System.nanoTime());
    live.start(startNanos);
    if (processor != null) {
      processor.start();
    }
    long end = startNanos + scenario.endNanos();
    for (long now = System.nanoTime(); end - now > 0; now = System.nanoTime()) {
      long since = now - startNanos;
      if (processor != null && since >= scenario.warmUpNanos()) {
        submit(since, start);
      }
      queues
          .takeResults(SUBMITTED, Duration.ofNanos(Math.min(end - now, LOOK_AGAIN.toNanos())))
          .forEach(result -> take(result, startNanos));
    }
    long dispatched = processor == null ? 0 : processor.stats().dispatched();
    boolean allAnswered = live.await(LAST_ANSWERS);
    return result(allAnswered ? live.failed() : live.failed() + live.inFlight(), dispatched);
  }

  private void submit(long sinceNanos, Instant start) {
    List<Bytes> messages = new ArrayList<>();
    while (submitted.size() < SUBMITTED) {
      BatchRequest request = backlog.take(sinceNanos);
      String id = "batch-" + request.ticket;
      submitted.put(id, request);
      messages.add(
          RequestMessage.builder(id)
              .deadline(start.plusNanos(request.deadlineNanos))
              .payload(
                  "{\"prompt\":\"%s\",\"max_tokens\":%d}"
                      .formatted("word".repeat(request.promptTokens), request.answerTokens))
              .build()
              .toJson());
    }
    queues.submit(queues.requestQueues().get(0).name(), messages);
  }

  private void take(Bytes json, long startNanos) {
    ResultMessage result = ResultMessage.parse(json);
    BatchRequest request = submitted.remove(result.id());
    if (request == null) {
      throw new IllegalStateException("a result without a request: " + result.id());
    }
    if (result.isSuccess()) {
      finished++;
      inTime += System.nanoTime() - startNanos <= request.deadlineNanos ? 1 : 0;
      finishedTokens +=
          result.payload().flatMap(TokenUsage::of).map(TokenUsage::output).orElseThrow();
    }
  }

  private RealTimeResult result(int liveUnanswered, long dispatched) {
    Percentiles ttft = new Percentiles();
    Percentiles late = new Percentiles();
    Percentiles outside = new Percentiles();
    for (LiveAnswer answer : live.answers()) {
      long due = answer.request().atNanos();
      long firstToken = due + answer.lateNanos() + answer.ttftNanos();
      if (due >= scenario.warmUpNanos() && firstToken < scenario.endNanos()) {
        ttft.add(answer.ttftNanos());
        late.add(answer.lateNanos());
        outside.add(answer.tookNanos() - answer.insideNanos());
      }
    }
    return new RealTimeResult(
        ttft.at(50),
        ttft.at(99),
        arrived(),
        liveUnanswered,
        late.at(99),
        outside.at(99),
        finishedTokens * 1e9 / scenario.measuredNanos(),
        finished,
        inTime,
        dispatched);
  }

  /**
   * The live requests when the engine had them, each as late as it was there; of the one that was
   * least late it is taken that it was not.
   */
  private List<Arrival> arrived() {
    List<LiveAnswer> answers = live.answers();
    long shift =
        answers.stream()
            .mapToLong(each -> each.arrivedNanos() - each.request().atNanos())
            .min()
            .orElse(0);
    return answers.stream()
        .map(
            each ->
                new Arrival(
                    each.arrivedNanos() - shift,
                    each.request().promptTokens(),
                    each.request().answerTokens()))
        .sorted(Comparator.comparingLong(Arrival::atNanos))
        .toList();
  }

  @Override
  public void close() {
    if (processor != null) {
      processor.close();
    }
    queues.close();
    live.close();
    gateway.close();
  }

  @Override
  public String toString() {
    return name + " on " + scenario;
  }
}
