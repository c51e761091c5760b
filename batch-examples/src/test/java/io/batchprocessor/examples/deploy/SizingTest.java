package io.batchprocessor.examples.deploy;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The numbers of the sizing table follow from its formula. */
class SizingTest {

  @Test
  void in_flight_is_as_little_has_it() throws IOException {
    List<String> rows = rows();
    assertThat(rows).hasSizeGreaterThan(3);
    for (String row : rows) {
      String[] cells = row.split("\\|", -1);
      double requests = number(cells[1]);
      double windowSeconds = number(cells[2]) * 3_600;
      double inFlightSeconds = number(cells[3]);
      double open = number(cells[4]) / 100;

      assertThat(number(cells[5]))
          .as(row)
          .isEqualTo(Math.ceil(requests / windowSeconds * inFlightSeconds / open - 1e-9));
    }
  }

  private static double number(String cell) {
    return Double.parseDouble(cell.replaceAll("[^0-9.]", ""));
  }

  private static List<String> rows() throws IOException {
    Path guide =
        Stream.of(Path.of("OPERATIONS.md"), Path.of("batch-examples/OPERATIONS.md"))
            .filter(Files::exists)
            .findFirst()
            .orElseThrow();
    String text = Files.readString(guide);
    return text.substring(
            text.indexOf("<!-- sizing:begin -->"), text.indexOf("<!-- sizing:end -->"))
        .lines()
        .skip(3)
        .toList();
  }
}
