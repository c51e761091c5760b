package io.batchprocessor.examples.cli;

import io.batchprocessor.message.Bytes;
import io.batchprocessor.message.InvalidMessageException;
import io.batchprocessor.message.RequestMessage;
import io.batchprocessor.spi.Producer;
import io.batchprocessor.spi.Transport;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** {@code submit} and {@code results}. */
final class MessageOperations {

  private static final int BATCH = 500;

  /** What is taken and not yet written is lost with the output: few of them. */
  private static final int TAKEN_AT_ONCE = 20;

  private static final Duration PATIENCE = Duration.ofSeconds(1);

  private final Transport transport;
  private final Producer producer;
  private final Table table;
  private final PrintStream out;

  MessageOperations(Transport transport, Table table, PrintStream out) {
    this.transport = transport;
    this.producer = Table.need(Producer.class, transport, "submit requests and take results");
    this.table = table;
    this.out = out;
  }

  /** Submits each line that is a request; tells those that are none, and whether all were. */
  boolean submit(String file, String queue) throws IOException {
    String name = queue.isEmpty() ? transport.requestQueues().get(0).name() : queue;
    int submitted = 0;
    int refused = 0;
    List<Bytes> batch = new ArrayList<>();
    try (table;
        BufferedReader lines = reader(file)) {
      int number = 0;
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        number++;
        if (line.isBlank()) {
          continue;
        }
        Bytes message = Bytes.utf8(line);
        try {
          RequestMessage.parse(message, Integer.MAX_VALUE);
          batch.add(message);
        } catch (InvalidMessageException e) {
          refused++;
          table.row("line", number, "refused", e.getMessage());
        }
        if (batch.size() == BATCH) {
          producer.submit(name, List.copyOf(batch));
          submitted += batch.size();
          batch.clear();
        }
      }
      if (!batch.isEmpty()) {
        producer.submit(name, batch);
        submitted += batch.size();
      }
    }
    table.row("queue", name, "submitted", submitted, "refused", refused);
    table.close();
    return refused == 0;
  }

  /**
   * Takes results out of the result queue and writes each as it is, a line each.
   *
   * @throws IOException if they can't be written; those that were taken last are lost then
   */
  void results(int max, boolean follow) throws IOException, InterruptedException {
    int left = follow ? Integer.MAX_VALUE : max;
    while (left > 0) {
      List<Bytes> results = producer.takeResults(Math.min(left, TAKEN_AT_ONCE), PATIENCE);
      if (results.isEmpty() && !follow) {
        return;
      }
      results.forEach(this::write);
      // A print stream keeps its faults to itself.
      if (out.checkError()) {
        throw new IOException(
            "standard output is gone; up to %d results were taken and not written"
                .formatted(results.size()));
      }
      left -= follow ? 0 : results.size();
    }
  }

  /** Byte for byte, but for line breaks: in JSON they are never inside a string. */
  private void write(Bytes result) {
    byte[] line = result.toByteArray();
    for (int i = 0; i < line.length; i++) {
      if (line[i] == '\n' || line[i] == '\r') {
        line[i] = ' ';
      }
    }
    out.write(line, 0, line.length);
    out.write('\n');
  }

  private static BufferedReader reader(String file) throws IOException {
    return file.equals("-")
        ? new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8))
        : Files.newBufferedReader(Path.of(file));
  }
}
