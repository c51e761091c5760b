package io.batchprocessor.policy;

import io.batchprocessor.spi.MergePolicy;
import io.batchprocessor.spi.MergePolicyProvider;
import io.batchprocessor.testkit.MergePolicyContract;
import io.batchprocessor.testkit.ProviderContract;

class PriorityKitTest implements MergePolicyContract, ProviderContract {

  @Override
  public MergePolicy policy() {
    return MergePolicies.priority();
  }

  @Override
  public MergePolicyProvider provider() {
    return ProviderContract.find(MergePolicyProvider.class, "priority");
  }
}
