package io.batchprocessor.redis;

import static org.assertj.core.api.Assertions.assertThat;

import io.batchprocessor.message.Bytes;
import java.time.Instant;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class EnvelopeTest {

  private static Bytes member(Envelope envelope, String rank) {
    byte[] rest = envelope.withoutNumber(Kind.STREAMS, rank);
    byte[] number = Keys.utf8("~00000000000000ff ");
    byte[] all = java.util.Arrays.copyOf(number, number.length + rest.length);
    System.arraycopy(rest, 0, all, number.length, rest.length);
    return Bytes.wrap(all);
  }

  @Test
  void what_is_written_is_read_again() {
    Envelope envelope =
        new Envelope(
            "quéue:1 \n",
            7,
            Instant.ofEpochMilli(1_700_000_000_123L),
            Map.of("a:1", "5:x", "", "", "ü", "\n"),
            Bytes.utf8("{\"id\": \"~\n\"}"));

    assertThat(Envelope.parse(member(envelope, "12.5"), Kind.STREAMS)).contains(envelope);
    assertThat(Envelope.parse(member(envelope, null), Kind.SORTED_SET)).isEmpty();
  }

  @Test
  void little_is_written_where_there_is_little() {
    Envelope envelope = new Envelope("q", 1, null, Map.of(), Bytes.EMPTY);

    assertThat(member(envelope, null).toUtf8())
        .isEqualTo("~00000000000000ff 0 - 1 15 0\nredis-streams:q");
    assertThat(Envelope.parse(member(envelope, null), Kind.STREAMS)).contains(envelope);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "~",
        "~\n",
        "~0 0 - 1 15 0\nredis-stream",
        "~0 0 - 1 99999999999 0\nredis-streams:q",
        "~0 0 - 1 2147483647 2147483647\nredis-streams:q",
        "~0 0 - 0 15 0\nredis-streams:q",
        "~0 0 - 1 -1 0\nredis-streams:q",
        "~0 x - 1 15 0\nredis-streams:q",
        "~0 0 - 1 15 3\nredis-streams:q9:a",
        "~0 0 - 1 15 2\nredis-streams:qab",
        "{\"id\": 1}"
      })
  void anything_else_is_none_of_ours(String member) {
    assertThat(Envelope.parse(Bytes.utf8(member), Kind.STREAMS)).isEmpty();
  }
}
