package io.batchprocessor;

import io.batchprocessor.spi.RequestBody;
import io.batchprocessor.spi.RequestTransform;
import io.batchprocessor.spi.RequestView;
import io.batchprocessor.spi.Transformed;
import java.net.URI;

/** A transform that may fail: then nothing is sent, and the request is tried again later. */
final class GuardedTransform {

  private final RequestTransform transform;
  private final UserCode userCode;

  GuardedTransform(RequestTransform transform, UserCode userCode) {
    this.transform = transform;
    this.userCode = userCode;
  }

  String name() {
    try {
      String name = transform.name();
      if (name != null) {
        return name;
      }
      failed("its class names it", new IllegalStateException("returned null"));
    } catch (Throwable e) {
      failed("its class names it", e);
    }
    return transform.getClass().getSimpleName();
  }

  /**
   * What it makes of a request.
   *
   * @throws Failure if it failed; logged and counted
   */
  Transformed transform(RequestView request, URI uri, RequestBody body) throws Failure {
    try {
      Transformed transformed = transform.transform(request, uri, body);
      if (transformed != null) {
        return transformed;
      }
      throw new IllegalStateException("returned null");
    } catch (Throwable e) {
      failed("nothing is sent, the request is tried again later", e);
      throw new Failure("transform %s failed: %s".formatted(name(), e.getClass().getSimpleName()));
    }
  }

  void close() {
    try {
      transform.close();
    } catch (Throwable e) {
      failed("closing goes on", e);
    }
  }

  private void failed(String instead, Throwable fault) {
    userCode.failed("request transform " + transform.getClass().getName(), instead, fault);
  }

  /** In words for a result message: the text of what was thrown may hold anything. */
  static final class Failure extends Exception {

    private static final long serialVersionUID = 1L;

    Failure(String reason) {
      super(reason, null, false, false);
    }

    @Override
    public String getMessage() {
      return String.valueOf(super.getMessage());
    }
  }
}
