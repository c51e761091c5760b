package io.batchprocessor.examples.jdbc;

import com.zaxxer.hikari.HikariDataSource;
import io.batchprocessor.spi.Delivery;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * The table, and JDBC as far as it is needed: each call is one transaction on a connection of the
 * pool. Methods throw {@link UncheckedIOException} when the database does not do what it is told,
 * {@link IllegalStateException} after {@link #close}.
 */
final class Database implements AutoCloseable {

  /** Under a lock: several processes may start at once. */
  // snippet:jdbc-table
  private static final String CREATE =
      """
      DO $$ BEGIN IF to_regclass('message') IS NULL THEN
        PERFORM pg_advisory_xact_lock(hashtext('batch processor'));
        CREATE TABLE IF NOT EXISTS message (
          id          bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
          queue       text NOT NULL,
          origin      text,                                     -- the queue it was first submitted to
          body        bytea NOT NULL,
          reason      text,                                     -- why it is a dead letter
          attempt     integer NOT NULL DEFAULT 1,
          enqueued_at timestamptz NOT NULL DEFAULT now(),
          due_at      timestamptz NOT NULL DEFAULT now(),       -- its place in the queue
          lease_end   timestamptz NOT NULL DEFAULT '-infinity', -- until when somebody holds it
          deliveries  integer NOT NULL DEFAULT 0,               -- of this attempt
          fence       bigint NOT NULL DEFAULT 0                 -- grows when it changes hands
        );
        CREATE INDEX IF NOT EXISTS message_next ON message (queue, due_at, id);
      END IF; END $$""";

  // end:jdbc-table

  /** Fails on a table of that name that is somebody else's. */
  private static final String PROBE =
      "SELECT id, queue, origin, body, reason, attempt, enqueued_at, due_at, lease_end, deliveries,"
          + " fence FROM message LIMIT 0";

  /** How long one who only asks whether the database answers waits for that. */
  private static final int PROBE_MILLIS = 2_000;

  private final HikariDataSource pool;

  /** Connects, to see whether it can, and whether the table is ours. */
  Database(HikariDataSource pool) {
    this.pool = pool;
    pool.setConnectionInitSql(CREATE);
    pool.setAutoCommit(false);
    pool.setTransactionIsolation("TRANSACTION_READ_COMMITTED");
    // The engine repeats what fails, so nobody needs to wait for long in here.
    pool.setConnectionTimeout(1000);
    pool.setValidationTimeout(1000);
    pool.addDataSourceProperty("socketTimeout", "10");
    // The driver's exceptions would show what is in a message.
    pool.addDataSourceProperty("logServerErrorDetail", "false");
    try {
      query(PROBE, row -> row);
    } catch (RuntimeException e) {
      pool.close();
      throw e;
    }
  }

  /** Fails if the database does not answer within a few seconds, also where it has frozen. */
  void probe() {
    call(
        PROBE,
        statement -> {
          statement.getConnection().setNetworkTimeout(Runnable::run, PROBE_MILLIS);
          return statement.execute();
        });
  }

  /** A function of java.sql's. */
  interface Sql<A, B> {
    B apply(A argument) throws SQLException;
  }

  private <T> T call(String sql, Sql<PreparedStatement, T> work) {
    try (Connection connection = pool.getConnection();
        PreparedStatement statement = connection.prepareStatement(sql)) {
      T value = work.apply(statement);
      connection.commit();
      return value;
    } catch (SQLException e) {
      SQLException cause = e.getCause() instanceof SQLException known ? known : e;
      throw pool.isClosed()
          ? new IllegalStateException("the transport is closed", e)
          : new UncheckedIOException(cause.getMessage(), new IOException(e));
    }
  }

  /** The rows that a statement returns. */
  <T> List<T> query(String sql, Sql<ResultSet, T> reader, Object... parameters) {
    return call(
        sql,
        statement -> {
          set(statement, List.of(parameters));
          List<T> rows = new ArrayList<>();
          for (ResultSet row = statement.executeQuery(); row.next(); ) {
            rows.add(reader.apply(row));
          }
          return rows;
        });
  }

  // snippet:jdbc-fence
  /**
   * Changes the rows of deliveries that are still held, all in one transaction.
   *
   * @param sql the change, up to its WHERE
   * @return the deliveries whose lease was lost: somebody else was handed the row, or it is settled
   */
  List<Delivery> change(String sql, Stream<Change> changes) {
    // Whoever locks several rows does it in this order, so that no two wait for each other.
    List<Change> ordered = changes.sorted(Comparator.comparing(c -> c.receipt().id())).toList();
    return call(
        sql + " WHERE id = ? AND fence = ?",
        statement -> {
          for (Change change : ordered) {
            set(statement, change.parameters());
            statement.addBatch();
          }
          int[] changed = statement.executeBatch();
          return IntStream.range(0, changed.length)
              .filter(i -> changed[i] == 0)
              .mapToObj(i -> ordered.get(i).delivery())
              .toList();
        });
  }

  // end:jdbc-fence

  private static void set(PreparedStatement statement, List<?> values) throws SQLException {
    for (int i = 0; i < values.size(); i++) {
      statement.setObject(i + 1, values.get(i));
    }
  }

  @Override
  public void close() {
    pool.close();
  }
}
