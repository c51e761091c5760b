package io.batchprocessor.http;

import io.batchprocessor.spi.InferenceClientProvider;

/** The contract, kept by {@code apache}. */
class ApacheClientTest extends InferenceClientContract {

  @Override
  InferenceClientProvider provider() {
    return new ApacheInferenceClientProvider();
  }
}
