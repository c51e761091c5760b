package io.batchprocessor.examples.cli;

import io.batchprocessor.message.Bytes;
import io.batchprocessor.message.InvalidMessageException;
import io.batchprocessor.message.RequestMessage;
import io.batchprocessor.spi.Producer;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Submits the lines of a file, and tells how far it came, also where it fails: whoever goes on from
 * there must know.
 */
final class Submission {

  private static final int BATCH = 500;

  private final Producer producer;
  private final String queue;
  private final Table table;
  private final List<Bytes> batch = new ArrayList<>();
  private int number;
  private int throughLine;
  private int submitted;
  private int refused;

  Submission(Producer producer, String queue, Table table) {
    this.producer = producer;
    this.queue = queue;
    this.table = table;
  }

  /**
   * Submits each line that is a request, and tells those that are none.
   *
   * @param from the line to begin with; the first is 1
   * @return whether all were
   */
  boolean run(InputStream lines, int from) throws IOException {
    throughLine = from - 1;
    try {
      for (Bytes line = next(lines); line != null; line = next(lines)) {
        number++;
        if (number >= from) {
          add(line);
        }
      }
      send();
    } finally {
      table.close();
      table.row(
          "queue", queue, "submitted", submitted, "refused", refused, "throughLine", throughLine);
      table.close();
    }
    return refused == 0;
  }

  private void add(Bytes line) {
    if (!line.toUtf8().isBlank()) {
      try {
        RequestMessage.parse(line, Integer.MAX_VALUE);
        batch.add(line);
      } catch (InvalidMessageException e) {
        refused++;
        table.row("line", number, "refused", e.getMessage());
      }
    }
    if (batch.size() == BATCH) {
      send();
    } else if (batch.isEmpty()) {
      throughLine = number;
    }
  }

  private void send() {
    if (!batch.isEmpty()) {
      producer.submit(queue, List.copyOf(batch));
      submitted += batch.size();
      batch.clear();
      throughLine = number;
    }
  }

  /** The next line, without its end; null after the last. */
  private static @Nullable Bytes next(InputStream in) throws IOException {
    int each = in.read();
    if (each < 0) {
      return null;
    }
    ByteArrayOutputStream line = new ByteArrayOutputStream();
    while (each >= 0 && each != '\n') {
      line.write(each);
      each = in.read();
    }
    Bytes whole = Bytes.wrap(line.toByteArray());
    int last = whole.length() - 1;
    return last >= 0 && whole.at(last) == '\r' ? whole.first(last) : whole;
  }
}
