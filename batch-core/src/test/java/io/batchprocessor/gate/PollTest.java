package io.batchprocessor.gate;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

class PollTest {

  private static final Poll.Timing TIMING =
      new Poll.Timing(Duration.ofMillis(1), Duration.ofSeconds(5));

  private final ManualTicker ticker = new ManualTicker();
  private final Measured measured = new Measured();
  private final Poll<Integer> poll =
      new Poll<>("scrape", measured, TIMING, "its budget is the fallback 0", Thread::new, ticker);
  private final ListAppender<ILoggingEvent> log = new ListAppender<>();

  /** What the test says is measured. */
  private static final class Measured implements Probe<Integer> {
    private volatile int value = 1;
    private volatile Throwable failure;
    private final AtomicInteger times = new AtomicInteger();
    private final CountDownLatch closed = new CountDownLatch(1);

    @Override
    public Integer measure() throws IOException {
      times.incrementAndGet();
      if (failure instanceof Error error) {
        throw error;
      }
      if (failure != null) {
        throw (IOException) failure;
      }
      return value;
    }

    @Override
    public String source() {
      return "http://test/metrics";
    }

    @Override
    public void close() {
      closed.countDown();
    }
  }

  @BeforeEach
  void listen() {
    log.start();
    ((Logger) LoggerFactory.getLogger(Poll.class)).addAppender(log);
  }

  @AfterEach
  void stopListening() {
    ((Logger) LoggerFactory.getLogger(Poll.class)).detachAppender(log);
  }

  private List<String> logged() {
    return log.list.stream().map(ILoggingEvent::getFormattedMessage).toList();
  }

  @Test
  void a_reading_counts_until_it_is_too_old() {
    assertThat(poll.fresh()).isEmpty();
    assertThat(poll.isTried()).isFalse();
    assertThat(poll.measurements())
        .containsEntry("reading_missing", 1.0)
        .containsEntry("reading_age_seconds", Double.NaN);

    poll.pollOnce();
    assertThat(poll.fresh()).contains(1);
    assertThat(poll.isTried()).isTrue();
    ticker.pass(Duration.ofSeconds(5));
    assertThat(poll.fresh()).contains(1);
    assertThat(poll.measurements())
        .containsEntry("reading_missing", 0.0)
        .containsEntry("reading_age_seconds", 5.0);
    ticker.pass(Duration.ofNanos(1));
    assertThat(poll.fresh()).isEmpty();
    assertThat(poll.last().orElseThrow().value()).isEqualTo(1);
    assertThat(poll.measurements()).containsEntry("reading_missing", 1.0);

    measured.value = 2;
    poll.pollOnce();
    assertThat(poll.fresh()).contains(2);
    assertThat(logged()).isEmpty();
  }

  @Test
  void what_fails_is_told_once_then_once_a_minute_and_once_when_it_is_back() {
    measured.failure = new IOException("answered 503");
    poll.pollOnce();
    assertThat(logged())
        .containsExactly(
            "gate 'scrape' can't read http://test/metrics: answered 503; its budget is the fallback"
                + " 0 until it can");
    for (int second = 1; second < 60; second++) {
      ticker.pass(Duration.ofSeconds(1));
      poll.pollOnce();
    }
    assertThat(logged()).hasSize(1);
    ticker.pass(Duration.ofSeconds(1));
    poll.pollOnce();
    assertThat(logged()).hasSize(2);
    assertThat(poll.measurements()).containsEntry("reading_failures", 61.0);
    assertThat(poll.isTried()).isTrue();

    measured.failure = null;
    poll.pollOnce();
    poll.pollOnce();
    assertThat(logged())
        .hasSize(3)
        .last()
        .isEqualTo("gate 'scrape' reads http://test/metrics again");

    measured.failure = new IOException("refused");
    poll.pollOnce();
    assertThat(logged())
        .last()
        .asString()
        .endsWith(
            "refused; the last reading counts until it is 5000 ms old, then its budget is the"
                + " fallback 0");
    ticker.pass(Duration.ofSeconds(61));
    poll.pollOnce();
    assertThat(logged()).last().asString().contains("the last reading is 61 s old");
  }

  @Test
  void its_thread_goes_on_whatever_is_thrown_and_ends_with_close() throws Exception {
    measured.failure = new NoClassDefFoundError("half there");
    poll.start();
    while (measured.times.get() < 3) {
      Thread.onSpinWait();
    }
    measured.failure = null;
    while (poll.last().isEmpty()) {
      Thread.onSpinWait();
    }

    poll.close();

    assertThat(measured.closed.getCount()).isZero();
    int times = measured.times.get();
    poll.close();
    assertThat(measured.times.get()).isEqualTo(times);
  }
}
