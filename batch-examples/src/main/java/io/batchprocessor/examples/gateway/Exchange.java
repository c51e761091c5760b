package io.batchprocessor.examples.gateway;

import java.io.IOException;
import java.net.SocketAddress;
import java.nio.ByteBuffer;
import java.util.List;
import org.apache.hc.core5.http.EntityDetails;
import org.apache.hc.core5.http.Header;
import org.apache.hc.core5.http.HttpException;
import org.apache.hc.core5.http.HttpRequest;
import org.apache.hc.core5.http.HttpResponse;
import org.apache.hc.core5.http.nio.AsyncServerExchangeHandler;
import org.apache.hc.core5.http.nio.CapacityChannel;
import org.apache.hc.core5.http.nio.DataStreamChannel;
import org.apache.hc.core5.http.nio.ResponseChannel;
import org.apache.hc.core5.http.nio.support.BasicResponseProducer;
import org.apache.hc.core5.http.protocol.HttpContext;
import org.apache.hc.core5.http.protocol.HttpCoreContext;
import org.apache.hc.core5.util.ByteArrayBuffer;
import org.jspecify.annotations.Nullable;

/**
 * One request and its answer, on one connection: gathers the body, hands it to the {@link Router},
 * and sends what that answers, whenever it does, on whichever thread.
 */
final class Exchange implements AsyncServerExchangeHandler {
  private static final int INITIAL_BODY_BYTES = 1_024;

  private final Router router;
  private final ByteArrayBuffer body = new ByteArrayBuffer(INITIAL_BODY_BYTES);
  private @Nullable HttpRequest request;
  private @Nullable ResponseChannel channel;
  private @Nullable HttpContext context;
  private boolean tooLarge;
  private volatile @Nullable BasicResponseProducer answer;
  private volatile @Nullable Runnable onGone;
  private volatile boolean gone;

  Exchange(Router router) {
    this.router = router;
  }

  @Override
  public void handleRequest(
      HttpRequest newRequest,
      @Nullable EntityDetails entity,
      ResponseChannel newChannel,
      HttpContext newContext)
      throws HttpException, IOException {
    request = newRequest;
    channel = newChannel;
    context = newContext;
    if (entity == null) {
      router.route(newRequest, body.toByteArray(), this);
    }
  }

  @Override
  public void updateCapacity(CapacityChannel capacity) throws IOException {
    capacity.update(Integer.MAX_VALUE);
  }

  @Override
  public void consume(ByteBuffer bytes) {
    tooLarge = tooLarge || body.length() + bytes.remaining() > Router.MAX_BODY_BYTES;
    if (tooLarge) {
      body.clear();
      bytes.position(bytes.limit());
    } else {
      body.append(bytes);
    }
  }

  @Override
  public void streamEnd(@Nullable List<? extends Header> trailers) {
    HttpRequest complete = request;
    if (complete == null) {
      return;
    }
    if (tooLarge) {
      router.refuseTooLarge(this);
    } else {
      router.route(complete, body.toByteArray(), this);
    }
  }

  /** Where the client is. */
  SocketAddress remoteAddress() {
    return HttpCoreContext.cast(context).getEndpointDetails().getRemoteAddress();
  }

  /** Runs an action as soon as the client went away before it had its whole answer. */
  void onGone(Runnable action) {
    onGone = action;
    if (gone) {
      action.run();
    }
  }

  /** Sends the answer. Nothing happens if the client is gone. */
  void respond(HttpResponse response, PacedBody responseBody) {
    ResponseChannel to = channel;
    HttpContext in = context;
    if (gone || to == null || in == null) {
      return;
    }
    BasicResponseProducer producer = new BasicResponseProducer(response, responseBody);
    answer = producer;
    onGone = null;
    try {
      producer.sendResponse(to, in);
    } catch (HttpException | IOException e) {
      failed(e);
    }
  }

  @Override
  public int available() {
    BasicResponseProducer producer = answer;
    return producer == null ? 0 : producer.available();
  }

  @Override
  public void produce(DataStreamChannel to) throws IOException {
    BasicResponseProducer producer = answer;
    if (producer != null) {
      producer.produce(to);
    }
  }

  @Override
  public void failed(Exception cause) {
    releaseResources();
  }

  @Override
  public void releaseResources() {
    gone = true;
    Runnable action = onGone;
    if (action != null) {
      action.run();
    }
    BasicResponseProducer producer = answer;
    if (producer != null) {
      producer.releaseResources();
    }
  }
}
