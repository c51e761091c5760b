package io.batchprocessor.http;

import io.batchprocessor.spi.InferenceClientContext;
import java.nio.channels.ClosedSelectorException;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicLong;
import javax.net.ssl.SSLContext;
import org.apache.hc.client5.http.HttpRoute;
import org.apache.hc.client5.http.config.ConnectionConfig;
import org.apache.hc.client5.http.config.TlsConfig;
import org.apache.hc.client5.http.impl.IdleConnectionEvictor;
import org.apache.hc.client5.http.impl.nio.PoolingAsyncClientConnectionManager;
import org.apache.hc.client5.http.impl.nio.PoolingAsyncClientConnectionManagerBuilder;
import org.apache.hc.client5.http.nio.AsyncConnectionEndpoint;
import org.apache.hc.client5.http.ssl.ClientTlsStrategyBuilder;
import org.apache.hc.core5.concurrent.FutureCallback;
import org.apache.hc.core5.http.HttpRequestInterceptor;
import org.apache.hc.core5.http.config.CharCodingConfig;
import org.apache.hc.core5.http.config.Http1Config;
import org.apache.hc.core5.http.impl.nio.ClientHttp1IOEventHandlerFactory;
import org.apache.hc.core5.http.impl.nio.ClientHttp1StreamDuplexerFactory;
import org.apache.hc.core5.http.nio.ssl.TlsStrategy;
import org.apache.hc.core5.http.protocol.DefaultHttpProcessor;
import org.apache.hc.core5.http.protocol.HttpCoreContext;
import org.apache.hc.core5.http2.HttpVersionPolicy;
import org.apache.hc.core5.io.CloseMode;
import org.apache.hc.core5.pool.PoolConcurrencyPolicy;
import org.apache.hc.core5.pool.PoolReusePolicy;
import org.apache.hc.core5.reactor.DefaultConnectingIOReactor;
import org.apache.hc.core5.reactor.IOReactorConfig;
import org.apache.hc.core5.reactor.ssl.SSLBufferMode;
import org.apache.hc.core5.util.TimeValue;
import org.apache.hc.core5.util.Timeout;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The connections to gateways: opened, pooled, closed, and the threads that serve them.
 *
 * <p>HTTP/1.1 also over TLS: a server's limit of HTTP/2 streams on a connection would then be one
 * more thing to queue for, and a request that waits for its answer for minutes gains nothing from
 * sharing a connection.
 */
final class ApacheConnections implements AutoCloseable {

  private static final Logger log = LoggerFactory.getLogger(ApacheConnections.class);

  /** The least time between two errors in the log. */
  private static final long ERROR_NANOS = Duration.ofSeconds(10).toNanos();

  /**
   * How long an idle connection is kept: less than the shortest limit that model servers have by
   * default (uvicorn, 5 s), so that it is mostly this side that closes, and a request seldom meets
   * a connection that is being closed.
   */
  private static final TimeValue IDLE = TimeValue.ofSeconds(4);

  /** How long any connection is used, so that a change of DNS or of the pods behind it is seen. */
  private static final TimeValue TIME_TO_LIVE = TimeValue.ofMinutes(5);

  /** From this idle time on a connection is looked at before it is used again. */
  private static final TimeValue VALIDATE_AFTER = TimeValue.ofSeconds(1);

  /** How long the I/O threads may take to close what is open before it is closed for them. */
  private static final TimeValue CLOSE_WITHIN = TimeValue.ofSeconds(1);

  private final AtomicLong nextErrorNanos = new AtomicLong(System.nanoTime());
  private final PoolingAsyncClientConnectionManager pool;
  private final DefaultConnectingIOReactor reactor;
  private final IdleConnectionEvictor evictor;

  ApacheConnections(InferenceClientContext context) {
    Timeout connectTimeout = Timeout.of(context.connectTimeout());
    pool =
        PoolingAsyncClientConnectionManagerBuilder.create()
            .setPoolConcurrencyPolicy(PoolConcurrencyPolicy.STRICT)
            .setConnPoolPolicy(PoolReusePolicy.LIFO)
            .setMaxConnTotal(context.maxInFlight())
            .setMaxConnPerRoute(context.maxInFlight())
            .setTlsStrategy(tls())
            .setDefaultTlsConfig(
                TlsConfig.custom()
                    .setVersionPolicy(HttpVersionPolicy.FORCE_HTTP_1)
                    .setHandshakeTimeout(connectTimeout)
                    .build())
            .setDefaultConnectionConfig(
                ConnectionConfig.custom()
                    .setConnectTimeout(connectTimeout)
                    .setSocketTimeout(Timeout.DISABLED)
                    .setIdleTimeout(IDLE.toTimeout())
                    .setTimeToLive(TIME_TO_LIVE)
                    .setValidateAfterInactivity(VALIDATE_AFTER)
                    .build())
            .build();
    Http1Config http =
        Http1Config.custom().setBufferSize(bufferSize(context.maxInFlight())).build();
    reactor =
        new DefaultConnectingIOReactor(
            new ClientHttp1IOEventHandlerFactory(
                new ClientHttp1StreamDuplexerFactory(
                    new DefaultHttpProcessor(new HttpRequestInterceptor[0]),
                    http,
                    CharCodingConfig.DEFAULT),
                null,
                null),
            IOReactorConfig.custom()
                .setIoThreadCount(Math.min(2, Runtime.getRuntime().availableProcessors()))
                .setSoKeepAlive(true)
                .setTcpNoDelay(true)
                .build(),
            context.threads(),
            null,
            this::failed,
            null,
            session -> session.close(CloseMode.IMMEDIATE));
    evictor = new IdleConnectionEvictor(pool, context.threads(), VALIDATE_AFTER, IDLE);
    reactor.start();
    evictor.start();
  }

  private void failed(Exception failure) {
    if (failure instanceof ClosedSelectorException) {
      // How the reactor's threads end if close could not wait for them.
      log.debug("HTTP client: I/O thread ended", failure);
    } else {
      long now = System.nanoTime();
      long next = nextErrorNanos.get();
      if (now - next >= 0 && nextErrorNanos.compareAndSet(next, now + ERROR_NANOS)) {
        log.error(
            "HTTP client: unexpected failure in an I/O thread; more within ten seconds are logged"
                + " at DEBUG",
            failure);
      } else {
        log.debug("HTTP client: unexpected failure in an I/O thread", failure);
      }
    }
  }

  /** Certificates and host names are verified; what is trusted is the JVM's default, as for jdk. */
  private static TlsStrategy tls() {
    try {
      return ClientTlsStrategyBuilder.create()
          .setSslContext(SSLContext.getDefault())
          .setSslBufferMode(SSLBufferMode.DYNAMIC)
          .buildAsync();
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("the JVM has no usable TLS: " + e.getMessage(), e);
    }
  }

  /** Three buffers of this size are kept for each connection: 10,000 must fit into a small heap. */
  private static int bufferSize(int connections) {
    return connections <= 1024 ? 8192 : connections <= 4096 ? 4096 : 1024;
  }

  /** Asks for a connection; waits in line for as long as it takes while all are in use. */
  Future<AsyncConnectionEndpoint> lease(
      HttpRoute route, FutureCallback<AsyncConnectionEndpoint> callback) {
    return pool.lease("", route, null, Timeout.DISABLED, callback);
  }

  /** Opens a leased connection. */
  void connect(
      AsyncConnectionEndpoint connection, FutureCallback<AsyncConnectionEndpoint> callback) {
    // Cancelling it is not worth the race: it ends within the connect timeout.
    Future<AsyncConnectionEndpoint> unused =
        pool.connect(connection, reactor, null, null, HttpCoreContext.create(), callback);
  }

  /** Gives a connection back to be used again. */
  void reuse(AsyncConnectionEndpoint connection) {
    pool.release(connection, null, IDLE);
  }

  /** Closes a connection. */
  void discard(AsyncConnectionEndpoint connection, CloseMode mode) {
    connection.close(mode);
    pool.release(connection, null, TimeValue.ZERO_MILLISECONDS);
  }

  @Override
  public void close() {
    evictor.shutdown();
    pool.close(CloseMode.IMMEDIATE);
    reactor.initiateShutdown();
    try {
      reactor.awaitShutdown(CLOSE_WITHIN);
      reactor.close(CloseMode.IMMEDIATE);
      reactor.awaitShutdown(CLOSE_WITHIN);
      evictor.awaitTermination(CLOSE_WITHIN.toTimeout());
    } catch (InterruptedException e) {
      reactor.close(CloseMode.IMMEDIATE);
      Thread.currentThread().interrupt();
    }
  }
}
