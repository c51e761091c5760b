package io.batchprocessor.examples.jdbc;

import io.batchprocessor.spi.DeadLetterQueue;
import io.batchprocessor.spi.Delivery;
import io.batchprocessor.spi.Health;
import io.batchprocessor.spi.HealthCheck;
import io.batchprocessor.spi.Result;
import io.batchprocessor.spi.Settlement;
import io.batchprocessor.spi.Transport;
import java.util.List;
import java.util.Optional;

/** The queues of one table, and what else a PostgreSQL can do for the engine. */
record JdbcTransport(
    Database database,
    List<JdbcQueue> requestQueues,
    JdbcQueue retryQueue,
    JdbcQueue resultQueue,
    Optional<DeadLetterQueue> deadLetterQueue)
    implements Transport, Settlement, HealthCheck {

  // snippet:jdbc-transport
  @Override
  public List<Delivery> settle(List<Result> results) {
    return resultQueue.settle(results);
  }

  @Override
  public Health health() {
    try {
      database.probe();
      return new Health(true, "the database answers");
    } catch (RuntimeException e) {
      return new Health(false, String.valueOf(e.getMessage()));
    }
  }

  @Override
  public void close() {
    database.close();
  }

  // end:jdbc-transport
}
