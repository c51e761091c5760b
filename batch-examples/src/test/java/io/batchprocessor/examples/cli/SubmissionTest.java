package io.batchprocessor.examples.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.batchprocessor.message.Bytes;
import io.batchprocessor.message.RequestMessage;
import io.batchprocessor.spi.Producer;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class SubmissionTest {

  private final ByteArrayOutputStream out = new ByteArrayOutputStream();

  /** A broker that is gone after some batches. */
  private static final class Breaks implements Producer {
    private final List<Bytes> stored = new ArrayList<>();
    private int batchesLeft;

    Breaks(int batchesLeft) {
      this.batchesLeft = batchesLeft;
    }

    @Override
    public void submit(String queue, List<Bytes> messages) {
      if (batchesLeft-- == 0) {
        throw new UncheckedIOException(new IOException("the broker is gone"));
      }
      stored.addAll(messages);
    }

    @Override
    public List<Bytes> takeResults(int max, Duration maxWait) {
      return List.of();
    }
  }

  @Test
  void one_that_fails_halfway_tells_how_far_it_came_and_can_go_on_from_there() throws IOException {
    String file = requests(1200);
    Breaks breaks = new Breaks(1);

    assertThatThrownBy(() -> submit(breaks, file.getBytes(StandardCharsets.UTF_8), 1))
        .hasMessageContaining("the broker is gone");

    JsonNode row = rows().get(0);
    assertThat(row.path("submitted").asInt()).isEqualTo(500);
    assertThat(row.path("throughLine").asInt()).isEqualTo(500);
    Breaks works = new Breaks(Integer.MAX_VALUE);
    out.reset();
    assertThat(submit(works, file.getBytes(StandardCharsets.UTF_8), 501)).isTrue();
    assertThat(works.stored).hasSize(700);
    assertThat(works.stored.get(0).toUtf8()).contains("r-501");
    assertThat(rows().get(0).path("throughLine").asInt()).isEqualTo(1200);
  }

  @Test
  void a_line_that_is_no_text_is_refused_and_the_others_are_submitted() throws IOException {
    ByteArrayOutputStream file = new ByteArrayOutputStream();
    file.writeBytes(request(1).getBytes(StandardCharsets.UTF_8));
    file.writeBytes("\r\n\n".getBytes(StandardCharsets.UTF_8));
    file.writeBytes(request(2).replace("r-2", "gr\u00fcn").getBytes(StandardCharsets.ISO_8859_1));
    file.writeBytes(("\n" + request(3)).getBytes(StandardCharsets.UTF_8));
    Breaks works = new Breaks(Integer.MAX_VALUE);

    assertThat(submit(works, file.toByteArray(), 1)).isFalse();

    assertThat(works.stored).containsExactly(Bytes.utf8(request(1)), Bytes.utf8(request(3)));
    assertThat(rows().get(0).path("line").asInt()).isEqualTo(3);
    assertThat(rows().get(0).path("refused").asText()).contains("not UTF-8");
    assertThat(rows().get(1).path("refused").asInt()).isEqualTo(1);
    assertThat(rows().get(1).path("throughLine").asInt()).isEqualTo(4);
  }

  private boolean submit(Producer producer, byte[] file, int from) throws IOException {
    Table table = new Table(new PrintStream(out, true, StandardCharsets.UTF_8), true);
    return new Submission(producer, "requests", table).run(new ByteArrayInputStream(file), from);
  }

  private List<JsonNode> rows() throws IOException {
    List<JsonNode> rows = new ArrayList<>();
    for (String line : out.toString(StandardCharsets.UTF_8).lines().toList()) {
      rows.add(new JsonMapper().readTree(line));
    }
    return rows;
  }

  private static String requests(int count) {
    return IntStream.rangeClosed(1, count)
        .mapToObj(i -> request(i) + "\n")
        .collect(Collectors.joining());
  }

  private static String request(int number) {
    return RequestMessage.builder("r-" + number)
        .deadline(Instant.parse("2100-01-01T00:00:00Z"))
        .payload("{}")
        .build()
        .toJson()
        .toUtf8();
  }
}
