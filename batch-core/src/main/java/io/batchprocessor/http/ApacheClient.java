package io.batchprocessor.http;

import io.batchprocessor.spi.InferenceClient;
import io.batchprocessor.spi.InferenceClientContext;
import io.batchprocessor.spi.InferenceRequest;
import io.batchprocessor.spi.InferenceResponse;
import java.net.URI;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * Sends over Apache's connection pool and I/O reactor.
 *
 * <p>It drives these two itself, in place of one of Apache's ready-made clients: their chains of
 * interceptors do what is the engine's here (redirects, retries, cookies), the minimal one among
 * them reuses connections that the server said it would close and can't abort an exchange that has
 * begun.
 *
 * <p>Futures complete on its I/O threads: what depends on them must not block.
 */
final class ApacheClient implements InferenceClient {

  private final InferenceClientContext context;
  private final InFlight inFlight = new InFlight();
  private final ApacheConnections connections;
  private volatile @Nullable Origin recent;

  ApacheClient(InferenceClientContext context) {
    this.context = context;
    this.connections = new ApacheConnections(context);
  }

  @Override
  public CompletableFuture<InferenceResponse> send(InferenceRequest request) {
    ApacheExchange exchange;
    try {
      Origin origin = origin(request.uri());
      exchange = new ApacheExchange(request, context, inFlight, connections, origin);
    } catch (IllegalArgumentException e) {
      return CompletableFuture.failedFuture(e);
    }
    if (inFlight.add(exchange)) {
      exchange.start();
    }
    return exchange;
  }

  /** Mostly the same as last time. */
  private Origin origin(URI uri) {
    Origin origin = recent;
    if (origin == null || !origin.isOf(uri)) {
      origin = Origin.of(uri);
      recent = origin;
    }
    return origin;
  }

  @Override
  public void close() {
    if (inFlight.close()) {
      connections.close();
    }
  }
}
