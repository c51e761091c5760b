package io.batchprocessor.examples.cli;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.encoder.JsonEncoder;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.ConsoleAppender;
import org.slf4j.LoggerFactory;

/** How the log is written. */
enum LogFormat {
  /** For people: time, level, message. */
  TEXT,
  /**
   * For programs: one JSON object a line, by logback's own encoder, with the time in milliseconds
   * since the epoch, level, thread, logger, the request's id in {@code mdc}, and the message.
   */
  JSON;

  private static final String APPENDER = "stderr";

  /** Writes the log so from now on, if logback writes it as this program has configured it. */
  void apply() {
    if (this == JSON
        && LoggerFactory.getILoggerFactory() instanceof LoggerContext context
        && context.getLogger(Logger.ROOT_LOGGER_NAME).getAppender(APPENDER)
            instanceof ConsoleAppender<ILoggingEvent> appender) {
      JsonEncoder encoder = new JsonEncoder();
      encoder.setContext(context);
      encoder.setWithFormattedMessage(true);
      encoder.setWithMessage(false);
      encoder.setWithArguments(false);
      encoder.setWithSequenceNumber(false);
      encoder.setWithNanoseconds(false);
      encoder.setWithContext(false);
      encoder.start();
      appender.stop();
      appender.setEncoder(encoder);
      appender.start();
    }
  }
}
