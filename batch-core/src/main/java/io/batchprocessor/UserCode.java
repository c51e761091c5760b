package io.batchprocessor;

import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Where a fault in a policy, gate, strategy, transform or listener is logged and counted. Its
 * guards catch {@link Throwable}: an assertion that fails, a class that is missing or a checked
 * exception out of another JVM language must not end one of our threads any more than a runtime
 * exception must.
 */
final class UserCode {

  private static final Logger LOG = LoggerFactory.getLogger(BatchProcessor.class);

  private final Counters counters;
  private final LogThrottle throttle;

  UserCode(Counters counters, LongSupplier ticker) {
    this.counters = counters;
    this.throttle = new LogThrottle(ticker);
  }

  /**
   * It threw, or it returned nonsense.
   *
   * @param what which part, such as {@code merge policy Foo}
   * @param instead what is done in its place
   */
  void failed(String what, String instead, Throwable fault) {
    counters.userCodeFailures.increment();
    if (throttle.permits()) {
      LOG.error(
          "{} failed; {} ({} more such faults were not logged)",
          what,
          instead,
          throttle.suppressed(),
          fault);
    }
  }
}
