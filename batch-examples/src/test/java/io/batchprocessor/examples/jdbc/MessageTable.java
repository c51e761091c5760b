package io.batchprocessor.examples.jdbc;

import io.batchprocessor.message.Bytes;
import io.batchprocessor.spi.DeadLetter;
import io.batchprocessor.spi.Delivery;
import io.batchprocessor.testkit.AdapterUnderTest;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.awaitility.Awaitility;
import org.awaitility.core.ConditionTimeoutException;

/** A schema of its own, and what producers and consumers do to the table in it: plain SQL. */
final class MessageTable {

  private final PostgresServer server;
  private final String schema;

  private MessageTable(PostgresServer server, String schema) {
    this.server = server;
    this.schema = schema;
  }

  static MessageTable create(PostgresServer server) {
    MessageTable table =
        new MessageTable(server, AdapterUnderTest.fresh("batch").replace('-', '_'));
    table.update("CREATE SCHEMA " + table.schema);
    return table;
  }

  /** What {@code jdbc.url} has to be. */
  String url() {
    return server.url() + "?currentSchema=" + schema;
  }

  void submit(String queue, List<Bytes> messages) {
    update(
        "INSERT INTO %s.message (queue, body) SELECT ?, unnest(?)",
        queue, messages.stream().map(Bytes::toByteArray).toArray(byte[][]::new));
  }

  List<Bytes> takeResults(Duration maxWait) {
    List<Bytes> results = new ArrayList<>();
    try {
      // In this thread: what is taken when the time is over is taken all the same.
      Awaitility.await()
          .pollInSameThread()
          .pollDelay(Duration.ZERO)
          .pollInterval(Duration.ofMillis(20))
          .atMost(maxWait.plusMillis(1))
          .until(() -> results.addAll(takeResults()));
    } catch (ConditionTimeoutException e) {
      // There are none.
    }
    return results;
  }

  private List<Bytes> takeResults() {
    return query(
        "DELETE FROM %s.message WHERE queue = '#result' RETURNING body",
        row -> Bytes.wrap(row.getBytes("body")));
  }

  List<DeadLetter> deadLetters() {
    return query(
        "DELETE FROM %s.message WHERE queue = '#dead-letter' RETURNING *",
        row ->
            new DeadLetter(
                Delivery.builder(row.getString("origin"), Bytes.wrap(row.getBytes("body"))).build(),
                row.getString("reason")));
  }

  long count(String queue) {
    return query(
            "SELECT count(*) FROM %s.message WHERE queue = '" + queue + "'", row -> row.getLong(1))
        .get(0);
  }

  /** How many leases of request queues are over, or never were. */
  long available() {
    return query("SELECT count(*) FROM %s.message WHERE lease_end < now()", row -> row.getLong(1))
        .get(0);
  }

  /** In the place where the adapter's would be. */
  void createAnother() {
    update("CREATE TABLE %s.message (id bigint, queue text, body text)");
  }

  /** From now on no result can be stored. */
  void refuseResults() {
    update("ALTER TABLE %s.message ADD CONSTRAINT no_results CHECK (queue <> '#result')");
  }

  long rows() {
    return query("SELECT count(*) FROM %s.message", row -> row.getLong(1)).get(0);
  }

  private <T> List<T> query(String sql, Database.Sql<ResultSet, T> reader) {
    try (Connection connection = server.connect();
        PreparedStatement statement = connection.prepareStatement(sql.formatted(schema))) {
      List<T> rows = new ArrayList<>();
      ResultSet row = statement.executeQuery();
      while (row.next()) {
        rows.add(reader.apply(row));
      }
      return rows;
    } catch (SQLException e) {
      throw new IllegalStateException(e);
    }
  }

  private void update(String sql, Object... parameters) {
    try (Connection connection = server.connect();
        PreparedStatement statement = connection.prepareStatement(sql.formatted(schema))) {
      for (int i = 0; i < parameters.length; i++) {
        statement.setObject(i + 1, parameters[i]);
      }
      statement.executeUpdate();
    } catch (SQLException e) {
      throw new IllegalStateException(e);
    }
  }
}
