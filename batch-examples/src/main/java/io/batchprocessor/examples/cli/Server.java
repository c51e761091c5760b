package io.batchprocessor.examples.cli;

import io.batchprocessor.BatchProcessor;
import io.batchprocessor.Stats;
import io.batchprocessor.examples.console.StopSignals;
import io.batchprocessor.examples.service.HttpService;
import java.time.Duration;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Runs a processor until it is told to stop, then drains it. */
final class Server {

  private static final Logger LOG = LoggerFactory.getLogger(Server.class);
  private static final Duration STATUS_EVERY = Duration.ofSeconds(10);

  private final BatchProcessor processor;

  Server(BatchProcessor processor) {
    this.processor = processor;
  }

  /**
   * Returns when the processor has drained.
   *
   * @param page opened once it runs, closed when it has drained
   */
  void run(Supplier<Optional<HttpService>> page) throws InterruptedException {
    // A start that fails is told in one line, without the states that the processor went through.
    LogLevels.onlyWarnings();
    processor.start();
    LogLevels.asConfigured();
    Optional<HttpService> open = page.get();
    try {
      serve();
    } finally {
      open.ifPresent(HttpService::close);
    }
  }

  private void serve() throws InterruptedException {
    // Not earlier: a broker that does not answer must not keep the first signal from ending this.
    StopSignals signals = StopSignals.install();
    LOG.info("serving; SIGTERM or SIGINT drains, a second one stops at once");
    Stats before = processor.stats();
    while (!signals.await(STATUS_EVERY)) {
      Stats now = processor.stats();
      LOG.info(
          "{}",
          status(now, (now.finished() - before.finished()) / (double) STATUS_EVERY.toSeconds()));
      before = now;
    }
    LOG.info(
        "draining: {} in flight, {} to be stored",
        processor.stats().inFlight(),
        processor.stats().settling());
    processor.close();
    Stats end = processor.stats();
    LOG.info(
        "drained: {} results ({} errors), {} requests handed back",
        end.finished(),
        end.failed(),
        end.released());
  }

  private static String status(Stats stats, double perSecond) {
    return String.format(
        Locale.ROOT,
        "%d results (%d errors), %.1f/s, in flight %d, buffered %d, waiting for retry %d, shed %d",
        stats.finished(),
        stats.failed(),
        perSecond,
        stats.inFlight(),
        stats.buffered(),
        stats.waitingForRetry(),
        stats.shed());
  }
}
