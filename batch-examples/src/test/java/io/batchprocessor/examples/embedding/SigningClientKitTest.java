package io.batchprocessor.examples.embedding;

import io.batchprocessor.spi.InferenceClientProvider;
import io.batchprocessor.testkit.ProviderContract;

class SigningClientKitTest implements ProviderContract {

  @Override
  public InferenceClientProvider provider() {
    return ProviderContract.find(InferenceClientProvider.class, "signing");
  }
}
