package io.batchprocessor.examples.service;

import static org.assertj.core.api.Assertions.assertThat;

import io.batchprocessor.message.RequestMessage;
import io.batchprocessor.spi.AttemptOutcome;
import io.batchprocessor.spi.RequestView;
import java.net.ConnectException;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.Test;

class ActivityTest {

  private record Request(RequestMessage message, String queue, int attempt)
      implements RequestView {}

  @Test
  void that_no_answer_came_in_time_is_told_by_the_outcome_and_not_by_its_words() {
    Activity activity = new Activity();
    activity.attempted(request("r-1"), failed("the time was up", new TimeoutException()));
    activity.attempted(request("r-2"), failed("no answer within 3 s", new ConnectException()));

    assertThat(activity.causes())
        .extracting(cause -> cause.lastId() + ": " + cause.cause())
        .containsExactlyInAnyOrder("r-1: no answer in time", "r-2: no connection");
  }

  private static AttemptOutcome failed(String words, Exception cause) {
    return new AttemptOutcome(
        AttemptOutcome.Kind.FAILED, null, words, Duration.ofSeconds(3), null, cause);
  }

  private static RequestView request(String id) {
    return new Request(
        RequestMessage.builder(id)
            .deadline(Instant.parse("2100-01-01T00:00:00Z"))
            .payload("{}")
            .build(),
        "requests",
        1);
  }
}
