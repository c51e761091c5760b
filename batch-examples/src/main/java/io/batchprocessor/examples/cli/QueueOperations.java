package io.batchprocessor.examples.cli;

import io.batchprocessor.message.JsonField;
import io.batchprocessor.spi.Backlog;
import io.batchprocessor.spi.BacklogReporter;
import io.batchprocessor.spi.Inspection;
import io.batchprocessor.spi.Transport;
import io.batchprocessor.spi.WaitingMessage;
import java.time.Duration;
import java.time.Instant;

/** {@code queue stats} and {@code queue peek}. */
final class QueueOperations {

  /** Of a body that is not shown, enough to find the id in, wherever producers usually have it. */
  private static final int TO_FIND_ID = 64 * 1024;

  private final Transport transport;
  private final Table table;

  QueueOperations(Transport transport, Table table) {
    this.transport = transport;
    this.table = table;
  }

  void stats() {
    try (table) {
      for (Backlog backlog :
          Table.need(BacklogReporter.class, transport, "tell what waits").backlogs()) {
        table.row(
            "queue",
            backlog.queue(),
            "waiting",
            backlog.waiting(),
            "leased",
            backlog.leased(),
            "oldestSeconds",
            backlog.oldest().map(Duration::toSeconds).orElse(null));
      }
    }
  }

  void peek(String queue, int max, boolean bodies) {
    try (table) {
      for (WaitingMessage message :
          Table.need(Inspection.class, transport, "show what waits")
              .peek(queue, max, bodies ? Integer.MAX_VALUE : TO_FIND_ID)) {
        table.row(
            "id",
            JsonField.text(message.body(), "id").orElse("-"),
            "queue",
            message.queue(),
            "attempt",
            message.attempt(),
            "dueAt",
            message.due().map(Instant::toString).orElse(null),
            "bytes",
            message.bytes(),
            bodies ? "body" : "",
            bodies ? message.body().toUtf8() : null);
      }
    }
  }
}
