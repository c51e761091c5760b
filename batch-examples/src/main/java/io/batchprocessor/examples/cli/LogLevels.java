package io.batchprocessor.examples.cli;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import org.slf4j.LoggerFactory;

/**
 * How much is logged: with a progress line on the terminal only what needs attention. The system
 * property {@code batch.log.level} has the last word.
 */
final class LogLevels {

  private static final String PROPERTY = "batch.log.level";
  private static final String OURS = "io.batchprocessor";

  private LogLevels() {}

  static void onlyWarnings() {
    set(Level.WARN);
  }

  /** For commands: what a broker is warned of at each start is not theirs to repeat. */
  static void onlyErrors() {
    set(Level.ERROR);
  }

  /** What the configuration of the log says. */
  static void asConfigured() {
    set(Level.INFO);
  }

  private static void set(Level level) {
    if (System.getProperty(PROPERTY) == null
        && LoggerFactory.getLogger(OURS) instanceof Logger logger) {
      logger.setLevel(level);
    }
  }
}
