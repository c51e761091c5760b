package io.batchprocessor.examples.cli;

import io.batchprocessor.message.Bytes;
import io.batchprocessor.spi.Producer;
import io.batchprocessor.spi.Transport;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/** {@code submit} and {@code results}. */
final class MessageOperations {

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

  /**
   * Submits each line that is a request, and tells those that are none.
   *
   * @param file its name, or {@code -} for standard input
   * @param queue empty: the first
   * @param from the line to begin with
   * @return whether all were
   */
  boolean submit(String file, String queue, int from) throws IOException {
    String name = queue.isEmpty() ? transport.requestQueues().get(0).name() : queue;
    try (InputStream lines = open(file)) {
      return new Submission(producer, name, table).run(lines, from);
    }
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

  private static InputStream open(String file) throws IOException {
    return new BufferedInputStream(
        file.equals("-") ? System.in : Files.newInputStream(Path.of(file)));
  }
}
