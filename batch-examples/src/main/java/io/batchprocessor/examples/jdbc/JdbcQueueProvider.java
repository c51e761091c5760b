package io.batchprocessor.examples.jdbc;

import com.zaxxer.hikari.HikariDataSource;
import io.batchprocessor.spi.InvalidSettingsException;
import io.batchprocessor.spi.QueueProvider;
import io.batchprocessor.spi.Setting;
import io.batchprocessor.spi.Settings;
import io.batchprocessor.spi.Transport;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Opens a {@link JdbcTransport} for a configuration that names {@code jdbc}. */
public final class JdbcQueueProvider implements QueueProvider {

  // snippet:jdbc-settings
  private static final Setting<String> URL =
      Setting.secret("jdbc.url", "jdbc:postgresql://host/database, and the driver's own parameters")
          .where("jdbc:postgresql:...", url -> url.startsWith("jdbc:postgresql:"));
  private static final Setting<String> USER = Setting.string("jdbc.user", "whom to log in as");
  private static final Setting<String> PASSWORD = Setting.secret("jdbc.password", "of the user");
  private static final Setting<List<String>> QUEUES =
      Setting.list("jdbc.queues", "the names of the request queues")
          .withDefault("requests")
          .where("not empty", names -> !names.isEmpty());
  private static final Setting<Duration> LEASE =
      Setting.duration("jdbc.lease", "how long a delivery is ours before another may have it")
          .withDefault("60s")
          .where("≥ 100ms", lease -> lease.toMillis() >= 100);

  @Override
  public String id() {
    return "jdbc";
  }

  @Override
  public List<Setting<?>> settings() {
    return List.of(URL, USER, PASSWORD, QUEUES, LEASE);
  }

  // end:jdbc-settings

  // snippet:jdbc-open
  @Override
  public Transport open(Settings settings) {
    List<String> queues = settings.queues().isEmpty() ? settings.get(QUEUES) : settings.queues();
    if (queues.stream().anyMatch(name -> name.startsWith("#"))) {
      throw new InvalidSettingsException(
          List.of(
              "jdbc.queues: names that begin with # are those of retries, results, dead letters"));
    }
    if (Set.copyOf(queues).size() < queues.size()) {
      throw new InvalidSettingsException(
          List.of("jdbc.queues: a name is given twice in %s; give it once".formatted(queues)));
    }
    HikariDataSource pool = new HikariDataSource();
    pool.setJdbcUrl(settings.get(URL));
    settings.find(USER).ifPresent(pool::setUsername);
    settings.find(PASSWORD).ifPresent(pool::setPassword);
    // One for the thread of each queue; the others are for settler, lease keeper and users.
    pool.setMaximumPoolSize(queues.size() + 4);
    Database database = new Database(pool);
    Duration lease = settings.get(LEASE);
    return new JdbcTransport(
        database,
        queues.stream().map(name -> new JdbcQueue(database, name, lease)).toList(),
        new JdbcQueue(database, "#retry", lease),
        new JdbcQueue(database, "#result", lease),
        Optional.of(new JdbcQueue(database, "#dead-letter", lease)));
  }
  // end:jdbc-open
}
