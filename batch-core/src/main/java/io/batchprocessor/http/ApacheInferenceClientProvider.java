package io.batchprocessor.http;

import io.batchprocessor.spi.InferenceClient;
import io.batchprocessor.spi.InferenceClientContext;
import io.batchprocessor.spi.InferenceClientProvider;

/**
 * {@code apache}: Apache HttpComponents' asynchronous client, the faster of the two; needs {@code
 * org.apache.httpcomponents.client5:httpclient5} on the class path, and is preferred if it is
 * there.
 */
public final class ApacheInferenceClientProvider implements InferenceClientProvider {

  private static final String NEEDED =
      "org.apache.hc.client5.http.impl.nio.PoolingAsyncClientConnectionManager";

  /** For {@link java.util.ServiceLoader}. */
  public ApacheInferenceClientProvider() {}

  @Override
  public String id() {
    return "apache";
  }

  @Override
  public int preference() {
    return 10;
  }

  /** Whether httpclient5 is on the class path; asking loads nothing of it. */
  @Override
  public boolean available() {
    try {
      Class.forName(NEEDED, false, ApacheInferenceClientProvider.class.getClassLoader());
      return true;
    } catch (ClassNotFoundException | LinkageError e) {
      return false;
    }
  }

  /**
   * Makes one.
   *
   * @throws IllegalStateException if httpclient5 is not on the class path
   */
  @Override
  public InferenceClient create(InferenceClientContext context) {
    if (!available()) {
      throw new IllegalStateException(
          "HTTP client 'apache' needs org.apache.httpcomponents.client5:httpclient5 on the class"
              + " path; add it or use 'jdk'");
    }
    return new ApacheClient(context);
  }
}
