package io.batchprocessor.http;

import io.batchprocessor.spi.InferenceClientProvider;

/** TLS, as {@code jdk} does it. */
class JdkClientTlsTest extends TlsContract {

  @Override
  InferenceClientProvider provider() {
    return new JdkInferenceClientProvider();
  }
}
