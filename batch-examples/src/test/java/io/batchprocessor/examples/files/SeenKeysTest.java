package io.batchprocessor.examples.files;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.batchprocessor.examples.files.SeenKeys.Claim;
import java.io.IOException;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SeenKeysTest {

  @TempDir Path directory;

  @Test
  void a_key_is_fresh_once() throws IOException {
    try (SeenKeys seen = keys(10)) {
      assertThat(seen.claimId("a")).isEqualTo(Claim.FRESH);
      assertThat(seen.claimId("a")).isEqualTo(Claim.TAKEN);
      assertThat(seen.claimId("b")).isEqualTo(Claim.FRESH);
    }
  }

  @Test
  void what_an_earlier_run_answered_belongs_to_the_first_line_that_has_it() throws IOException {
    try (SeenKeys seen = keys(10)) {
      seen.answeredId("a");
      seen.answeredId("a");
      assertThat(seen.claimId("a")).isEqualTo(Claim.ANSWERED);
      assertThat(seen.claimId("a")).isEqualTo(Claim.TAKEN);
    }
  }

  @Test
  void lines_that_were_rejected_are_known_by_their_number() throws IOException {
    try (SeenKeys seen = keys(10)) {
      assertThat(seen.isAnsweredLine(7)).isFalse();
      seen.answeredLine(7);
      assertThat(seen.isAnsweredLine(7)).isTrue();
      assertThat(seen.isAnsweredLine(8)).isFalse();
      assertThat(seen.claimId("7")).isEqualTo(Claim.FRESH);
    }
  }

  @Test
  void agrees_with_a_set_whatever_comes() throws IOException {
    Random random = new Random(42);
    Set<String> model = new HashSet<>();
    int keys = 100_000;
    try (SeenKeys seen = keys(keys)) {
      for (int i = 0; i < keys; i++) {
        String id = "id-" + random.nextInt(keys);
        assertThat(seen.claimId(id)).isEqualTo(model.add(id) ? Claim.FRESH : Claim.TAKEN);
      }
    }
  }

  @Test
  void more_keys_than_announced_are_refused_before_it_would_search_forever() throws IOException {
    try (SeenKeys seen = keys(10)) {
      assertThatThrownBy(
              () -> {
                for (int i = 0; i < 2_000; i++) {
                  seen.claimId("id-" + i);
                }
              })
          .isInstanceOf(IllegalStateException.class)
          .hasMessageContaining("more keys than were announced");
    }
  }

  @Test
  void leaves_no_file() throws IOException {
    try (SeenKeys seen = keys(10)) {
      seen.claimId("a");
    }
    assertThat(directory).isEmptyDirectory();
  }

  private SeenKeys keys(long keys) throws IOException {
    return new SeenKeys(directory.resolve("ids"), keys);
  }
}
