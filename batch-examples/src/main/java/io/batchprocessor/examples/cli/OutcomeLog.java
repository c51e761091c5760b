package io.batchprocessor.examples.cli;

import io.batchprocessor.message.ErrorCode;
import io.batchprocessor.message.ResultMessage;
import io.batchprocessor.spi.BatchListener;
import io.batchprocessor.spi.Delivery;
import io.batchprocessor.spi.RequestView;
import java.time.Duration;
import java.util.regex.Pattern;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One line for each outcome, at DEBUG. Ids, codes and the names of faults, never what a message
 * says: what a reason quotes of it is left out, as it may be a secret in the wrong place.
 */
final class OutcomeLog implements BatchListener {

  private static final int MOST_QUOTED = 43;
  private static final Pattern QUOTED = Pattern.compile("'.{0," + MOST_QUOTED + "}'");
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
    LOG.debug(
        "{} of {}: {}, {}",
        result.id(),
        delivery.queue(),
        result.errorCode().orElse(ErrorCode.INVALID_REQUEST),
        withoutQuotes(result.error().orElse("no reason")));
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
    LOG.debug("a message of {}: dead letter, {}", delivery.queue(), withoutQuotes(reason));
  }

  /**
   * A reason quotes at most {@value #MOST_QUOTED} characters of a message, an ellipsis included;
   * there may be quotation marks among them.
   */
  private static String withoutQuotes(String reason) {
    return QUOTED.matcher(reason).replaceAll("'...'");
  }
}
