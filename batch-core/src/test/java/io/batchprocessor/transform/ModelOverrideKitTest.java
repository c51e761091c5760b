package io.batchprocessor.transform;

import io.batchprocessor.spi.RequestTransform;
import io.batchprocessor.spi.RequestTransformProvider;
import io.batchprocessor.testkit.ProviderContract;
import io.batchprocessor.testkit.RequestTransformContract;

class ModelOverrideKitTest implements RequestTransformContract, ProviderContract {

  @Override
  public RequestTransform transform() {
    return new ModelOverride("llama");
  }

  @Override
  public RequestTransformProvider provider() {
    return ProviderContract.find(RequestTransformProvider.class, "model-override");
  }
}
