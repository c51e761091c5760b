package io.batchprocessor;

import io.batchprocessor.spi.RequestBody;
import io.batchprocessor.spi.RequestView;
import io.batchprocessor.spi.Transformed;
import java.net.URI;
import java.util.List;

/** The transforms of a queue, in order. Without any, every body stays as it is. */
final class TransformChain {

  static final TransformChain NONE = new TransformChain(List.of());

  private final List<GuardedTransform> transforms;

  TransformChain(List<GuardedTransform> transforms) {
    this.transforms = List.copyOf(transforms);
  }

  /**
   * What is to be sent, or why nothing ever will be.
   *
   * @throws GuardedTransform.Failure if a transform failed
   */
  Transformed apply(RequestView request, URI uri, RequestBody original)
      throws GuardedTransform.Failure {
    RequestBody body = original;
    for (GuardedTransform transform : transforms) {
      Transformed transformed = transform.transform(request, uri, body);
      if (!(transformed instanceof RequestBody next)) {
        return transformed;
      }
      body = next;
    }
    return body;
  }

  void close() {
    transforms.forEach(GuardedTransform::close);
  }
}
