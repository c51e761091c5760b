package io.batchprocessor.examples.jdbc;

import io.batchprocessor.testkit.AdapterContract;
import io.batchprocessor.testkit.AdapterUnderTest;
import java.time.Duration;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;

// snippet:jdbc-kit
/** The adapter kit on {@code jdbc}. */
class JdbcKitIT implements AdapterContract {

  private static PostgresServer server;

  @BeforeAll
  static void startServer() {
    server = new PostgresServer();
  }

  @AfterAll
  static void stopServer() {
    server.close();
  }

  @Override
  public AdapterUnderTest adapter() {
    MessageTable table = MessageTable.create(server);
    return AdapterUnderTest.of("jdbc")
        .setting("jdbc.url", table.url())
        .setting("jdbc.user", PostgresServer.USER)
        .setting("jdbc.password", PostgresServer.PASSWORD)
        .queues("jdbc.queues", "a", "b")
        .shortLease("jdbc.lease", Duration.ofSeconds(1))
        .broker(server)
        .submitter(table::submit)
        .results(table::takeResults)
        .deadLetters(transport -> table.deadLetters())
        .exempt(310, "the table has no column for attributes")
        .build();
  }
}
// end:jdbc-kit
