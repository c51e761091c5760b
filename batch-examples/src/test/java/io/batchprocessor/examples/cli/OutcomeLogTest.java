package io.batchprocessor.examples.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import io.batchprocessor.message.Bytes;
import io.batchprocessor.message.ErrorCode;
import io.batchprocessor.message.InvalidMessageException;
import io.batchprocessor.message.RequestMessage;
import io.batchprocessor.message.ResultMessage;
import io.batchprocessor.spi.Delivery;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.slf4j.LoggerFactory;

/** What the log says of messages that nobody could read: what is wrong, and nothing out of them. */
class OutcomeLogTest {

  private final OutcomeLog outcomes = new OutcomeLog();
  private final Logger logger = (Logger) LoggerFactory.getLogger(OutcomeLog.class);
  private final ListAppender<ILoggingEvent> lines = new ListAppender<>();

  @BeforeEach
  void listen() {
    lines.start();
    logger.setLevel(Level.DEBUG);
    logger.addAppender(lines);
  }

  @AfterEach
  void stopListening() {
    logger.detachAppender(lines);
    logger.setLevel(null);
  }

  private String line() {
    assertThat(lines.list).hasSize(1);
    return lines.list.get(0).getFormattedMessage();
  }

  /** Where a producer put a secret: in place of a header's name, in a query, in a time. */
  static List<Arguments> faults() {
    return List.of(
        Arguments.of(
            "\"headers\": {\"Bearer hunter2\": \"x\"}", "headers: '...' is no header name"),
        Arguments.of("\"headers\": {\"a' hunter2 'b\": \"x\"}", "headers: '...' is no header name"),
        Arguments.of("\"endpoint\": \"/v1?key=hunter2&%zz\"", "endpoint: '...' has a % without"),
        Arguments.of("\"created\": \"hunter2\"", "created: '...' is no time; must be Unix time"));
  }

  @ParameterizedTest
  @MethodSource("faults")
  void a_refused_message_has_its_fault_in_the_log_and_no_contents(String field, String fault) {
    InvalidMessageException thrown =
        catchThrowableOfType(
            InvalidMessageException.class,
            () ->
                RequestMessage.parse(
                    Bytes.utf8(
                        "{\"id\": \"r-1\", \"deadline\": 9999999999, \"payload\": {}, %s}"
                            .formatted(field)),
                    1_000));
    String reason = String.valueOf(thrown.getMessage());
    assertThat(reason).contains("hunter2");

    outcomes.refused(
        delivery(), ResultMessage.builder("r-1").error(ErrorCode.INVALID_REQUEST, reason).build());

    assertThat(line())
        .startsWith("r-1 of reviews: INVALID_REQUEST, " + fault)
        .doesNotContain("hunter2");
  }

  @Test
  void a_dead_letter_has_its_reason_in_the_log() {
    outcomes.deadLettered(delivery(), "id: missing; must be a string of 1 to 512 bytes in UTF-8");

    assertThat(line())
        .isEqualTo(
            "a message of reviews: dead letter, id: missing; must be a string of 1 to 512 bytes in"
                + " UTF-8");
  }

  private static Delivery delivery() {
    return Delivery.builder("reviews", Bytes.utf8("{\"payload\": \"hunter2\"}")).build();
  }
}
