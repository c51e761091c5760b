package io.batchprocessor.http;

import io.batchprocessor.spi.InferenceClientProvider;

/** TLS, as {@code apache} does it. */
class ApacheClientTlsTest extends TlsContract {

  @Override
  InferenceClientProvider provider() {
    return new ApacheInferenceClientProvider();
  }
}
