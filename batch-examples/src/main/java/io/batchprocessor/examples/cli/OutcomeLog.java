package io.batchprocessor.examples.cli;

import io.batchprocessor.message.ErrorCode;
import io.batchprocessor.message.ResultMessage;
import io.batchprocessor.spi.BatchListener;
import io.batchprocessor.spi.Delivery;
import io.batchprocessor.spi.RequestView;
import java.time.Duration;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One line for each outcome, at DEBUG. Ids and codes, never what a message says. */
final class OutcomeLog implements BatchListener {

  private static final Logger LOG = LoggerFactory.getLogger(OutcomeLog.class);

  @Override
  public void finished(RequestView request, ResultMessage result) {
    LOG.debug(
        "{} of {}: {}{} after {} attempts",
        request.message().id(),
        request.queue(),
        result.errorCode().map(ErrorCode::toString).orElse("answered"),
        result.statusCode().isPresent() ? " (" + result.statusCode().getAsInt() + ")" : "",
        result.attempts());
  }

  @Override
  public void refused(Delivery delivery, ResultMessage result) {
    LOG.debug("{} of {}: {}", result.id(), delivery.queue(), ErrorCode.INVALID_REQUEST);
  }

  @Override
  public void retryScheduled(RequestView request, Duration delay) {
    LOG.debug(
        "{} of {}: attempt {} failed, tried again in {} ms",
        request.message().id(),
        request.queue(),
        request.attempt(),
        delay.toMillis());
  }

  @Override
  public void released(RequestView request, String reason) {
    LOG.debug("{} of {}: handed back, {}", request.message().id(), request.queue(), reason);
  }

  @Override
  public void leaseLost(RequestView request) {
    LOG.debug("{} of {}: lease lost", request.message().id(), request.queue());
  }

  @Override
  public void deadLettered(Delivery delivery, String reason) {
    LOG.debug("a message of {} without an id: dead letter", delivery.queue());
  }
}
