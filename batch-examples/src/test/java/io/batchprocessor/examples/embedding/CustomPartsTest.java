package io.batchprocessor.examples.embedding;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import io.batchprocessor.BatchProcessor;
import io.batchprocessor.BatchProcessorBuilder;
import io.batchprocessor.memory.MemoryTransport;
import io.batchprocessor.message.RequestMessage;
import io.batchprocessor.message.ResultMessage;
import io.batchprocessor.spi.BatchListener;
import io.batchprocessor.spi.RequestView;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

/** The parts at work in a processor, however they came there. */
class CustomPartsTest {

  private static final String PAYLOAD = "{\"prompt\":\"hi\"}";

  /** What {@code openssl dgst -sha256 -hmac k} says of what becomes of the payload. */
  private static final String SIGNATURE =
      "12c4a866cce3f3040b66ba6429d8971c3de8d64bab0517831c7c2c4543d6a2d8";

  private static final Map<String, String> OPEN =
      Map.of("type", "business-hours", "begin", "00:00", "end", "00:00:00.000000001");

  private static final Instant MONDAY_NOON = Instant.parse("2026-11-23T12:00:00Z");
  private static final Instant MONDAY_EVENING = Instant.parse("2026-11-23T18:00:00Z");

  private final MemoryTransport queues = MemoryTransport.builder().build();
  private final List<Duration> retryDelays = new CopyOnWriteArrayList<>();
  private final ListAppender<ILoggingEvent> log = new ListAppender<>();
  private final Logger logger = (Logger) LoggerFactory.getLogger(SlowAnswerListener.class);
  private ListeningGateway gateway;

  @BeforeEach
  void open() throws Exception {
    gateway = new ListeningGateway();
    log.start();
    logger.addAppender(log);
    logger.setAdditive(false);
  }

  @AfterEach
  void close() {
    logger.detachAppender(log);
    logger.setAdditive(true);
    queues.close();
    gateway.close();
  }

  @Test
  void by_instance() throws Exception {
    SetClock clock = new SetClock(MONDAY_NOON);
    try (BatchProcessor processor = start(CustomParts.byInstance("k", clock))) {
      CompletableFuture<ResultMessage> answer = submit("r-1");

      int asked = clock.asked.get();
      await().until(() -> clock.asked.get() >= asked + 3);
      assertThat(processor.stats().received()).isZero();

      clock.now = MONDAY_EVENING;
      assertAnswered(answer);
      assertPatientWhenShed();
    }
    assertThat(log.list).isEmpty();
  }

  @Test
  void by_name() throws Exception {
    BatchProcessorBuilder builder =
        CustomParts.byName("k")
            // Open whenever this test runs, and every answer slow.
            .configure(Map.of("gate", OPEN))
            .setting("slow-answers.threshold", "0s");
    try (BatchProcessor processor = start(builder)) {
      assertAnswered(submit("r-1"));
      assertThat(log.list)
          .extracting(ILoggingEvent::getFormattedMessage)
          .singleElement()
          .asString()
          .matches(
              "slow answer: r-1 from queue 'requests', attempt 1, took \\d+ ms: SUCCEEDED 200"
                  + " \\(0 more not logged\\)");
      assertPatientWhenShed();
      assertThat(processor.stats().userCodeFailures()).isZero();
    }
  }

  private BatchProcessor start(BatchProcessorBuilder builder) {
    BatchProcessor processor =
        builder
            .transport(queues)
            .endpoint(gateway.endpoint())
            .listener(
                new BatchListener() {
                  @Override
                  public void retryScheduled(RequestView request, Duration delay) {
                    retryDelays.add(delay);
                  }
                })
            .build();
    processor.start();
    return processor;
  }

  private void assertAnswered(CompletableFuture<ResultMessage> answer) throws Exception {
    assertThat(answer.get(1, TimeUnit.MINUTES).statusCode()).hasValue(200);
    assertThat(gateway.signatures()).containsEntry("r-1", SIGNATURE);
  }

  /** Delays are spread from 0 to 30 s; the default strategy has none above 2 s at first. */
  private void assertPatientWhenShed() {
    for (int i = 0; i < 20; i++) {
      var unused = submit("shed-" + i);
    }
    await().atMost(Duration.ofMinutes(1)).until(() -> retryDelays.size() >= 20);
    assertThat(retryDelays).anyMatch(delay -> delay.compareTo(Duration.ofSeconds(2)) > 0);
  }

  private CompletableFuture<ResultMessage> submit(String id) {
    return queues.submit(
        RequestMessage.builder(id)
            .deadline(Instant.now().plus(Duration.ofHours(1)))
            .metadata("tenant", "t")
            .payload(PAYLOAD)
            .build());
  }

  /** Stands still until it is set, and counts how often it was asked. */
  private static final class SetClock extends Clock {

    private final AtomicInteger asked = new AtomicInteger();
    private volatile Instant now;

    SetClock(Instant now) {
      this.now = now;
    }

    @Override
    public Instant instant() {
      asked.incrementAndGet();
      return now;
    }

    @Override
    public ZoneId getZone() {
      return ZoneOffset.UTC;
    }

    @Override
    public Clock withZone(ZoneId zone) {
      throw new UnsupportedOperationException();
    }
  }
}
