package io.batchprocessor.examples.demo;

import static org.assertj.core.api.Assertions.assertThat;

import io.batchprocessor.message.Bytes;
import io.batchprocessor.message.InvalidMessageException;
import io.batchprocessor.message.RequestMessage;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class SampleRequestsTest {

  private static final Instant NOW = Instant.ofEpochSecond(1_764_045_130);

  @Test
  void all_but_one_are_valid_and_have_an_id_of_their_own() {
    List<String> ids = new ArrayList<>();
    List<String> faults = new ArrayList<>();
    for (Bytes message : SampleRequests.all(NOW)) {
      try {
        ids.add(RequestMessage.parse(message, 1 << 20).id());
      } catch (InvalidMessageException e) {
        faults.add(e.id().orElseThrow());
      }
    }
    assertThat(ids).hasSize(289).doesNotHaveDuplicates();
    assertThat(faults).containsExactly("has-no-payload");
  }

  @Test
  void they_are_the_same_every_time() {
    assertThat(SampleRequests.all(NOW)).isEqualTo(SampleRequests.all(NOW));
  }
}
