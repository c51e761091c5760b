package io.batchprocessor.http;

import io.batchprocessor.spi.InferenceClient;
import io.batchprocessor.spi.InferenceClientContext;
import io.batchprocessor.spi.InferenceClientProvider;

/**
 * {@code jdk}: the JDK's own {@code java.net.http}; needs nothing, and is what is used where
 * nothing better is there.
 */
public final class JdkInferenceClientProvider implements InferenceClientProvider {

  /** For {@link java.util.ServiceLoader}. */
  public JdkInferenceClientProvider() {}

  @Override
  public String id() {
    return "jdk";
  }

  @Override
  public InferenceClient create(InferenceClientContext context) {
    return new JdkClient(context);
  }
}
