package io.batchprocessor.http;

import io.batchprocessor.spi.InferenceClientProvider;

/** The contract, kept by {@code jdk}. */
class JdkClientTest extends InferenceClientContract {

  @Override
  InferenceClientProvider provider() {
    return new JdkInferenceClientProvider();
  }

  /** java.net.http connects a second time, with the socket that the first failure closed. */
  @Override
  String refused(String gateway) {
    return "no connection to " + gateway + ": refused or unreachable";
  }
}
