package io.batchprocessor.examples.jdbc;

import static java.time.Duration.ZERO;
import static java.util.concurrent.TimeUnit.NANOSECONDS;

import io.batchprocessor.examples.jdbc.Change.Receipt;
import io.batchprocessor.message.Bytes;
import io.batchprocessor.spi.DeadLetter;
import io.batchprocessor.spi.DeadLetterQueue;
import io.batchprocessor.spi.Delivery;
import io.batchprocessor.spi.Result;
import io.batchprocessor.spi.ResultQueue;
import io.batchprocessor.spi.Retry;
import io.batchprocessor.spi.RetryQueue;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;

/**
 * The rows of one queue: first due, first out. All queues are alike, be it requests, retries,
 * results or dead letters that are in them.
 */
record JdbcQueue(Database database, String name, Duration lease)
    implements RetryQueue, ResultQueue, DeadLetterQueue {

  private static final long POLL_NANOS = Duration.ofMillis(100).toNanos();

  // snippet:jdbc-claim
  private static final String CLAIM =
      """
      WITH next AS (
        SELECT id FROM message WHERE queue = ? AND due_at <= now() AND lease_end <= now()
        ORDER BY due_at, id LIMIT ? FOR UPDATE SKIP LOCKED),
      claimed AS (
        UPDATE message SET lease_end = now() + ? * interval '1 ms',
          deliveries = deliveries + 1, fence = fence + 1
        FROM next WHERE message.id = next.id RETURNING message.*)
      SELECT *, coalesce(origin, queue) AS first_queue FROM claimed ORDER BY due_at, id""";

  @Override
  public List<Delivery> receive(int max, Duration maxWait) throws InterruptedException {
    if (max < 1) {
      throw new IllegalArgumentException("max must be at least 1, is " + max);
    }
    long end = System.nanoTime() + maxWait.toNanos();
    while (true) {
      if (Thread.interrupted()) {
        throw new InterruptedException();
      }
      List<Delivery> taken = database.query(CLAIM, this::delivery, name, max, lease.toMillis());
      long left = end - System.nanoTime();
      if (!taken.isEmpty() || left <= 0) {
        return taken;
      }
      NANOSECONDS.sleep(Math.min(left, POLL_NANOS));
    }
  }

  private Delivery delivery(ResultSet row) throws SQLException {
    return Delivery.builder(row.getString("first_queue"), Bytes.wrap(row.getBytes("body")))
        .attempt(row.getInt("attempt"))
        .deliveryCount(row.getInt("deliveries"))
        .lease(lease)
        .enqueuedAt(row.getTimestamp("enqueued_at").toInstant())
        .receipt(new Receipt(row.getLong("id"), row.getLong("fence")))
        .build();
  }

  // end:jdbc-claim

  // snippet:jdbc-hold
  private static final String EXTEND = "UPDATE message SET lease_end = now() + ? * interval '1 ms'";

  private static final String RELEASE =
      "UPDATE message SET lease_end = '-infinity', deliveries = deliveries - 1, fence = fence + 1";

  @Override
  public List<Delivery> extend(List<Delivery> deliveries) {
    return database.change(EXTEND, deliveries.stream().map(d -> Change.of(d, lease.toMillis())));
  }

  @Override
  public void release(List<Delivery> deliveries) {
    database.change(RELEASE, deliveries.stream().map(Change::of));
  }

  @Override
  public List<Delivery> acknowledge(List<Delivery> deliveries) {
    return database.change("DELETE FROM message", deliveries.stream().map(Change::of));
  }

  // end:jdbc-hold

  // snippet:jdbc-move
  private static final String MOVE =
      """
      UPDATE message SET queue = ?, due_at = now() + ? * interval '1 ms', lease_end = '-infinity',
        deliveries = 0, fence = fence + 1, origin = coalesce(origin, queue)""";

  @Override
  public List<Delivery> schedule(List<Retry> retries) {
    return database.change(
        MOVE + ", attempt = ?",
        retries.stream().map(r -> to(r.delivery(), r.delay(), r.attempt())));
  }

  List<Delivery> settle(List<Result> results) {
    return database.change(
        MOVE + ", body = ?", results.stream().map(r -> to(r.delivery(), ZERO, body(r))));
  }

  @Override
  public List<Delivery> deadLetter(List<DeadLetter> letters) {
    return database.change(
        MOVE + ", reason = ?", letters.stream().map(l -> to(l.delivery(), ZERO, l.reason())));
  }

  /** To this queue. The delay is rounded up: a retry may be late, never early. */
  private Change to(Delivery delivery, Duration delay, Object value) {
    return Change.of(delivery, name, delay.plusNanos(999_999).toMillis(), value);
  }

  // end:jdbc-move

  @Override
  public void publish(List<Result> results) {
    database.query(
        "INSERT INTO message (queue, body) SELECT ?, unnest(?) RETURNING id",
        row -> row.getLong("id"),
        name,
        results.stream().map(JdbcQueue::body).toArray(byte[][]::new));
  }

  private static byte[] body(Result result) {
    return result.message().toJson().toByteArray();
  }
}
