package io.batchprocessor.examples.cli;

import io.batchprocessor.spi.DeadLetterReview;
import io.batchprocessor.spi.StoredDeadLetter;
import io.batchprocessor.spi.Transport;
import java.time.Instant;
import java.util.List;

/** {@code dead-letters list}, {@code retry} and {@code drop}. */
final class DeadLetterOperations {

  /** Of {@code --all}: what is there when it begins, and no more than this at a time. */
  private static final int MOST = 10_000;

  private final DeadLetterReview review;
  private final Table table;

  DeadLetterOperations(Transport transport, Table table) {
    this.review = Table.need(DeadLetterReview.class, transport, "go through its dead letters");
    this.table = table;
  }

  void list(int max, boolean bodies) {
    try (table) {
      for (StoredDeadLetter letter : review.deadLetters(max, bodies ? Integer.MAX_VALUE : 0)) {
        table.row(
            "key",
            letter.key(),
            "queue",
            letter.queue(),
            "storedAt",
            letter.stored().map(Instant::toString).orElse(null),
            "bytes",
            letter.bytes(),
            "reason",
            letter.reason(),
            bodies ? "body" : "",
            bodies ? letter.body().toUtf8() : null);
      }
    }
  }

  List<String> keys() {
    return review.deadLetters(MOST, 0).stream().map(StoredDeadLetter::key).toList();
  }

  /** Whether there was a letter of each key. */
  boolean each(List<String> keys, boolean retry) {
    boolean all = true;
    try (table) {
      for (String key : keys) {
        boolean done = retry ? review.retryDeadLetter(key) : review.dropDeadLetter(key);
        table.row("key", key, "outcome", done ? (retry ? "retried" : "dropped") : "not there");
        all &= done;
      }
    }
    return all;
  }
}
