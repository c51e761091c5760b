package io.batchprocessor.http;

import io.batchprocessor.spi.InferenceClientContext;
import io.batchprocessor.spi.InferenceRequest;
import java.io.IOException;
import java.net.URI;
import java.nio.ByteBuffer;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.Future;
import org.apache.hc.client5.http.nio.AsyncConnectionEndpoint;
import org.apache.hc.core5.concurrent.FutureCallback;
import org.apache.hc.core5.http.EntityDetails;
import org.apache.hc.core5.http.Header;
import org.apache.hc.core5.http.HttpException;
import org.apache.hc.core5.http.HttpRequest;
import org.apache.hc.core5.http.HttpResponse;
import org.apache.hc.core5.http.impl.BasicEntityDetails;
import org.apache.hc.core5.http.impl.DefaultConnectionReuseStrategy;
import org.apache.hc.core5.http.message.BasicHttpRequest;
import org.apache.hc.core5.http.nio.AsyncClientExchangeHandler;
import org.apache.hc.core5.http.nio.CapacityChannel;
import org.apache.hc.core5.http.nio.DataStreamChannel;
import org.apache.hc.core5.http.nio.RequestChannel;
import org.apache.hc.core5.http.protocol.HttpContext;
import org.apache.hc.core5.http.protocol.HttpCoreContext;
import org.apache.hc.core5.io.CloseMode;
import org.jspecify.annotations.Nullable;

/**
 * One exchange over a pooled connection: lease, connect if need be, send, receive, give back.
 *
 * <p>A connection is given back exactly once, by whoever takes it from {@link #connection}: at the
 * end of the answer to be used again, on failure and on {@link #abort} to be closed.
 */
final class ApacheExchange extends Exchange implements AsyncClientExchangeHandler {

  private final ApacheConnections connections;
  private final Origin origin;
  private final HttpRequest message;
  private final ByteBuffer unsent;

  // Used by the connection's I/O thread alone.
  private boolean sent;
  private boolean reusable;
  private @Nullable AnswerBody answer;

  // Guarded by this.
  private @Nullable AsyncConnectionEndpoint connection;
  private @Nullable Future<AsyncConnectionEndpoint> lease;
  private boolean over;

  ApacheExchange(
      InferenceRequest request,
      InferenceClientContext context,
      InFlight inFlight,
      ApacheConnections connections,
      Origin origin) {
    super(request, context.connectTimeout(), context.maxResponseBytes(), inFlight);
    this.connections = connections;
    this.origin = origin;
    this.message = message(request, origin);
    this.unsent = request.body().asByteBuffer();
  }

  private static HttpRequest message(InferenceRequest request, Origin origin) {
    HttpRequest message =
        new BasicHttpRequest("POST", origin.route().getTargetHost(), target(request.uri()));
    message.addHeader("Host", origin.hostHeader());
    RequestHeaders.forEach(request.headers(), message::addHeader);
    message.addHeader("Content-Length", Integer.toString(request.body().length()));
    return message;
  }

  private static String target(URI uri) {
    String path = uri.getRawPath().isEmpty() ? "/" : uri.getRawPath();
    return uri.getRawQuery() == null ? path : path + "?" + uri.getRawQuery();
  }

  /** Goes on its way. */
  void start() {
    Future<AsyncConnectionEndpoint> asked;
    try {
      asked =
          connections.lease(
              origin.route(),
              new Callback() {
                @Override
                void reached(AsyncConnectionEndpoint leased) {
                  if (leased.isConnected()) {
                    sendOver(leased);
                  } else {
                    connect(leased);
                  }
                }
              });
    } catch (RuntimeException | Error e) {
      fail(e);
      return;
    }
    boolean late;
    synchronized (this) {
      lease = asked;
      late = over;
    }
    if (late) {
      asked.cancel(true);
    }
  }

  private void connect(AsyncConnectionEndpoint leased) {
    connections.connect(
        leased,
        new Callback() {
          @Override
          void reached(AsyncConnectionEndpoint connected) {
            sendOver(connected);
          }

          @Override
          public void failed(Exception failure) {
            connections.discard(leased, CloseMode.IMMEDIATE);
            super.failed(failure);
          }

          @Override
          public void cancelled() {
            connections.discard(leased, CloseMode.IMMEDIATE);
            super.cancelled();
          }
        });
  }

  private void sendOver(AsyncConnectionEndpoint connected) {
    boolean late;
    synchronized (this) {
      late = over;
      connection = late ? null : connected;
    }
    if (late) {
      connections.reuse(connected);
      return;
    }
    try {
      connected.execute("", this, HttpCoreContext.create());
    } catch (RuntimeException | Error e) {
      // It was closed between the two lines, as a rule.
      giveUp(e);
    }
  }

  @Override
  void abort() {
    Future<AsyncConnectionEndpoint> waiting;
    synchronized (this) {
      over = true;
      waiting = lease;
    }
    if (waiting != null) {
      waiting.cancel(true);
    }
    discard(CloseMode.IMMEDIATE);
  }

  private void discard(CloseMode mode) {
    AsyncConnectionEndpoint taken = take();
    if (taken != null) {
      connections.discard(taken, mode);
    }
  }

  private synchronized @Nullable AsyncConnectionEndpoint take() {
    AsyncConnectionEndpoint taken = connection;
    connection = null;
    over = true;
    return taken;
  }

  @Override
  public void produceRequest(RequestChannel channel, HttpContext context)
      throws HttpException, IOException {
    try {
      channel.sendRequest(message, new BasicEntityDetails(unsent.remaining(), null), context);
    } catch (Error e) {
      throw endsHere(e);
    }
  }

  @Override
  public int available() {
    return unsent.remaining();
  }

  @Override
  public void produce(DataStreamChannel channel) throws IOException {
    try {
      if (unsent.hasRemaining()) {
        channel.write(unsent);
      }
      if (!unsent.hasRemaining() && !sent) {
        sent = true;
        channel.endStream();
      }
    } catch (Error e) {
      throw endsHere(e);
    }
  }

  @Override
  public void consumeInformation(HttpResponse response, HttpContext context) {
    // 100 and 103 say nothing about the answer.
  }

  @Override
  public void consumeResponse(
      HttpResponse response, @Nullable EntityDetails entity, HttpContext context)
      throws IOException {
    try {
      begin(response, entity, context);
    } catch (Error e) {
      throw endsHere(e);
    }
  }

  private void begin(HttpResponse response, @Nullable EntityDetails entity, HttpContext context)
      throws IOException {
    reusable = DefaultConnectionReuseStrategy.INSTANCE.keepAlive(message, response, context);
    AnswerHeaders.Builder headers = new AnswerHeaders.Builder(8);
    for (Iterator<Header> each = response.headerIterator(); each.hasNext(); ) {
      Header header = each.next();
      headers.add(header.getName(), header.getValue() == null ? "" : header.getValue());
    }
    long announced = entity == null ? 0 : entity.getContentLength();
    answer = answerBegins(response.getCode(), headers.build(), announced);
    if (entity == null) {
      finish();
    }
  }

  @Override
  public void updateCapacity(CapacityChannel channel) throws IOException {
    channel.update(Integer.MAX_VALUE);
  }

  @Override
  public void consume(ByteBuffer part) throws IOException {
    try {
      if (answer != null) {
        answer.append(part);
      }
    } catch (Error e) {
      throw endsHere(e);
    }
  }

  @Override
  public void streamEnd(@Nullable List<? extends Header> trailers) throws IOException {
    try {
      finish();
    } catch (Error e) {
      throw endsHere(e);
    }
  }

  /**
   * An error, such as that memory ran out, ends this exchange, and no other: the reactor closes a
   * connection for an exception, but lets one of its few threads die of an error, and whatever that
   * thread served waits for its timeout.
   */
  private IOException endsHere(Error error) {
    giveUp(error);
    return new IOException("exchange failed", error);
  }

  /** The connection first: whoever waits for the answer may send the next request at once. */
  private void finish() {
    if (reusable && sent) {
      AsyncConnectionEndpoint taken = take();
      if (taken != null) {
        connections.reuse(taken);
      }
    } else {
      discard(sent ? CloseMode.GRACEFUL : CloseMode.IMMEDIATE);
    }
    answerEnds();
  }

  @Override
  public void failed(Exception failure) {
    giveUp(failure);
  }

  private void giveUp(Throwable failure) {
    try {
      discard(CloseMode.IMMEDIATE);
    } finally {
      fail(failure);
    }
  }

  @Override
  public void cancel() {
    failed(new IOException("connection closed"));
  }

  @Override
  public void releaseResources() {
    // The end of the answer, or failed, did that.
  }

  /** A step on the way to a connection that is done with the exchange if it goes wrong. */
  private abstract class Callback implements FutureCallback<AsyncConnectionEndpoint> {

    abstract void reached(AsyncConnectionEndpoint endpoint);

    @Override
    public final void completed(AsyncConnectionEndpoint endpoint) {
      try {
        reached(endpoint);
      } catch (RuntimeException | Error e) {
        connections.discard(endpoint, CloseMode.IMMEDIATE);
        fail(e);
      }
    }

    @Override
    public void failed(Exception failure) {
      fail(failure);
    }

    @Override
    public void cancelled() {
      fail(new IOException("connection closed"));
    }
  }
}
