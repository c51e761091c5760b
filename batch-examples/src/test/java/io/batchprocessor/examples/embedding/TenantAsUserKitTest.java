package io.batchprocessor.examples.embedding;

import io.batchprocessor.message.RequestMessage;
import io.batchprocessor.spi.RequestTransform;
import io.batchprocessor.spi.RequestTransformProvider;
import io.batchprocessor.testkit.ProviderContract;
import io.batchprocessor.testkit.RequestTransformContract;
import java.time.Instant;

class TenantAsUserKitTest implements RequestTransformContract, ProviderContract {

  @Override
  public RequestTransform transform() {
    return new TenantAsUser("tenant");
  }

  @Override
  public RequestMessage request(String payload) {
    return RequestMessage.builder("r-1")
        .deadline(Instant.parse("2100-01-01T00:00:00Z"))
        .metadata("tenant", "reviews")
        .payload(payload)
        .build();
  }

  @Override
  public RequestTransformProvider provider() {
    return ProviderContract.find(RequestTransformProvider.class, "tenant-as-user");
  }
}
