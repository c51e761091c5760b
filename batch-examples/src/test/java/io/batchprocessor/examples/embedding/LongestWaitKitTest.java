package io.batchprocessor.examples.embedding;

import io.batchprocessor.spi.MergePolicy;
import io.batchprocessor.spi.MergePolicyProvider;
import io.batchprocessor.testkit.MergePolicyContract;
import io.batchprocessor.testkit.ProviderContract;

class LongestWaitKitTest implements MergePolicyContract, ProviderContract {

  @Override
  public MergePolicy policy() {
    return new LongestWait();
  }

  @Override
  public MergePolicyProvider provider() {
    return ProviderContract.find(MergePolicyProvider.class, "longest-wait");
  }
}
