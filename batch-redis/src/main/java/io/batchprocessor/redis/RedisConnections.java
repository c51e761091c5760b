package io.batchprocessor.redis;

import java.io.File;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import org.apache.commons.pool2.impl.GenericObjectPoolConfig;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import redis.clients.jedis.ClientSetInfoConfig;
import redis.clients.jedis.CommandArguments;
import redis.clients.jedis.Connection;
import redis.clients.jedis.DefaultJedisClientConfig;
import redis.clients.jedis.HostAndPort;
import redis.clients.jedis.JedisClientConfig;
import redis.clients.jedis.Protocol.Command;
import redis.clients.jedis.RedisClient;
import redis.clients.jedis.RedisClusterClient;
import redis.clients.jedis.RedisProtocol;
import redis.clients.jedis.RedisSentinelClient;
import redis.clients.jedis.SslOptions;
import redis.clients.jedis.UnifiedJedis;
import redis.clients.jedis.exceptions.JedisConnectionException;
import redis.clients.jedis.exceptions.JedisException;
import redis.clients.jedis.providers.ClusterConnectionProvider;
import redis.clients.jedis.providers.ConnectionProvider;
import redis.clients.jedis.providers.PooledConnectionProvider;
import redis.clients.jedis.providers.SentineledConnectionProvider;
import redis.clients.jedis.util.Pool;

/**
 * The connections of one transport: a pool for commands that are answered at once, and connections
 * that a queue's thread keeps to itself, because it waits on them.
 *
 * <p>Standalone, Sentinel and Cluster look the same from here.
 */
final class RedisConnections implements Script.Caller, AutoCloseable {

  private static final Logger log = LoggerFactory.getLogger(RedisConnections.class);
  private static final int POOL_SIZE = 16;
  private static final int CLUSTER_ATTEMPTS = 5;

  private final RedisAddress address;
  private final JedisClientConfig config;
  private final ConnectionProvider provider;
  private final UnifiedJedis client;
  private final Set<Connection> own = ConcurrentHashMap.newKeySet();
  private volatile boolean closed;

  /**
   * Connects.
   *
   * @throws JedisException if there is no Redis, or none that lets us in
   */
  RedisConnections(RedisAddress address) {
    this.address = address;
    this.config = clientConfig(address).protocol(RedisProtocol.RESP2).build();
    GenericObjectPoolConfig<Connection> pool = new GenericObjectPoolConfig<>();
    pool.setMaxTotal(POOL_SIZE);
    pool.setMaxIdle(POOL_SIZE);
    pool.setMaxWait(address.timeout());
    pool.setJmxEnabled(false);
    if (address.cluster()) {
      provider = new ClusterConnectionProvider(Set.copyOf(address.hosts()), config, pool);
      client =
          RedisClusterClient.builder()
              .nodes(Set.copyOf(address.hosts()))
              .clientConfig(config)
              .poolConfig(pool)
              .connectionProvider(provider)
              .maxAttempts(CLUSTER_ATTEMPTS)
              .maxTotalRetriesDuration(address.timeout())
              .build();
    } else if (address.sentinelMaster() != null) {
      JedisClientConfig sentinelConfig =
          clientConfig(address)
              .database(0)
              .user(address.sentinelUser())
              .password(address.sentinelPassword())
              .build();
      provider =
          new SentineledConnectionProvider(
              address.sentinelMaster(), config, pool, Set.copyOf(address.hosts()), sentinelConfig);
      client =
          RedisSentinelClient.builder()
              .masterName(address.sentinelMaster())
              .sentinels(Set.copyOf(address.hosts()))
              .clientConfig(config)
              .sentinelClientConfig(sentinelConfig)
              .poolConfig(pool)
              .connectionProvider(provider)
              .build();
    } else {
      HostAndPort server = address.hosts().get(0);
      provider = new PooledConnectionProvider(server, config, pool);
      client =
          RedisClient.builder()
              .hostAndPort(server)
              .clientConfig(config)
              .poolConfig(pool)
              .connectionProvider(provider)
              .build();
    }
  }

  RedisAddress address() {
    return address;
  }

  /** Executes a command on a connection of the pool. */
  @Override
  public Object call(CommandArguments command) {
    checkOpen();
    try {
      return client.executeCommand(command);
    } catch (JedisConnectionException e) {
      // The others broke with this one: the next call shall not have to find that out one by one.
      forgetIdle();
      throw e;
    }
  }

  /** Runs a script on a connection of the pool. */
  Object run(Script script, List<byte[]> keys, List<byte[]> args) {
    try {
      return script.run(this, keys, args);
    } catch (JedisException e) {
      throw failure(e);
    }
  }

  /** Opens a connection to whoever holds {@code key} now. The caller closes it by {@link #drop}. */
  Connection open(byte[] key) {
    return keep(new Connection(holderOf(key), config));
  }

  /** Opens a connection that is told of changes to the keys it read. */
  WatchConnection openWatch(byte[] key) {
    return keep(
        new WatchConnection(
            holderOf(key), clientConfig(address).protocol(RedisProtocol.RESP3).build()));
  }

  /** Opens a connection to subscribe on. */
  ListeningConnection openListening(byte[] channel) {
    return keep(new ListeningConnection(holderOf(channel), config));
  }

  /** Closes a connection that was opened here. */
  void drop(@Nullable Connection connection) {
    if (connection != null && own.remove(connection)) {
      disconnect(connection);
    }
  }

  private <C extends Connection> C keep(C connection) {
    own.add(connection);
    if (closed) {
      drop(connection);
      checkOpen();
    }
    return connection;
  }

  private HostAndPort holderOf(byte[] key) {
    checkOpen();
    if (!address.cluster() && address.sentinelMaster() == null) {
      return address.hosts().get(0);
    }
    // An answered command makes the client learn of slots that moved.
    client.executeCommand(new CommandArguments(Command.EXISTS).key(key));
    try (Connection connection =
        provider.getConnection(new CommandArguments(Command.EXISTS).key(key))) {
      return connection.getHostAndPort();
    }
  }

  /** What to tell about a failure; {@link IllegalStateException} if it failed for being closed. */
  RuntimeException failure(RuntimeException e) {
    if (closed) {
      return closedException();
    }
    String text = e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage();
    return new RedisException("Redis at %s: %s".formatted(address, text), e);
  }

  void checkOpen() {
    if (closed) {
      throw closedException();
    }
  }

  boolean isClosed() {
    return closed;
  }

  private IllegalStateException closedException() {
    return new IllegalStateException("the transport to Redis at %s is closed".formatted(address));
  }

  private void forgetIdle() {
    for (Object pool : provider.getConnectionMap().values()) {
      if (pool instanceof Pool<?> idle) {
        idle.clear();
      }
    }
  }

  /** Ends every connection; those that wait end at once. */
  @Override
  public void close() {
    close(last -> {});
  }

  /**
   * The same, but for something that is still said, if Redis answers, when nobody waits any more.
   */
  void close(Consumer<Script.Caller> lastWords) {
    boolean first = !closed;
    closed = true;
    own.forEach(this::drop);
    if (first) {
      try {
        lastWords.accept(client::executeCommand);
      } catch (JedisException e) {
        log.debug("Redis at {}: closed without last words", address, e);
      }
    }
    client.close();
  }

  private static void disconnect(Connection connection) {
    try {
      connection.forceDisconnect();
    } catch (IOException | RuntimeException e) {
      // It is gone either way.
      connection.setBroken();
    }
  }

  private static DefaultJedisClientConfig.Builder clientConfig(RedisAddress address) {
    int timeout = Math.toIntExact(Math.min(address.timeout().toMillis(), Integer.MAX_VALUE));
    DefaultJedisClientConfig.Builder builder =
        DefaultJedisClientConfig.builder()
            .connectionTimeoutMillis(timeout)
            .socketTimeoutMillis(timeout)
            .blockingSocketTimeoutMillis(timeout)
            .user(address.user())
            .password(address.password())
            .database(address.database())
            .clientName("batch-processor")
            .clientSetInfoConfig(ClientSetInfoConfig.DISABLED);
    if (address.tls()) {
      builder.sslOptions(sslOptions(address));
    }
    return builder;
  }

  private static SslOptions sslOptions(RedisAddress address) {
    SslOptions.Builder builder = SslOptions.builder();
    address
        .truststore()
        .map(Path::toFile)
        .ifPresent(file -> builder.truststore(file, chars(address.truststorePassword())));
    address
        .keystore()
        .map(Path::toFile)
        .ifPresent((File file) -> builder.keystore(file, chars(address.keystorePassword())));
    return builder.build();
  }

  private static char @Nullable [] chars(@Nullable String password) {
    return password == null ? null : password.toCharArray();
  }

  /** How long a socket may stay silent while a command waits on the server for {@code wait}. */
  int patienceMillis(Duration wait) {
    return Math.toIntExact(wait.plus(address.timeout()).toMillis());
  }
}
