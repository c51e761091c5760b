package io.batchprocessor.policy;

import io.batchprocessor.spi.MergePolicy;
import io.batchprocessor.spi.MergePolicyProvider;
import io.batchprocessor.spi.Setting;
import io.batchprocessor.spi.Settings;
import java.time.Duration;
import java.util.List;

/**
 * What gives the {@link MergePolicies} their names in a configuration. Public is what {@code
 * ServiceLoader} must reach; nobody else needs these types.
 */
final class MergePolicyProviders {

  private MergePolicyProviders() {}

  /** {@link MergePolicies#randomRobin()}. */
  public static final class RandomRobinProvider implements MergePolicyProvider {

    @Override
    public String id() {
      return "random-robin";
    }

    @Override
    public MergePolicy create(Settings settings) {
      return MergePolicies.randomRobin();
    }
  }

  /** {@link MergePolicies#roundRobin()}. */
  public static final class RoundRobinProvider implements MergePolicyProvider {

    @Override
    public String id() {
      return "round-robin";
    }

    @Override
    public MergePolicy create(Settings settings) {
      return MergePolicies.roundRobin();
    }
  }

  /** {@link MergePolicies#weighted()}. */
  public static final class WeightedProvider implements MergePolicyProvider {

    @Override
    public String id() {
      return "weighted";
    }

    @Override
    public MergePolicy create(Settings settings) {
      return MergePolicies.weighted();
    }
  }

  /** {@link MergePolicies#priority(Duration)}. */
  public static final class PriorityProvider implements MergePolicyProvider {

    private static final Setting<Duration> AGEING =
        DurationRange.FROM_ONE_MILLI
            .bound(
                Setting.duration(
                    "priority.ageing",
                    "each such period that a request has waited counts as much as one more weight"))
            .withDefault(DurationRange.text(MergePolicies.DEFAULT_AGEING));

    @Override
    public String id() {
      return "priority";
    }

    @Override
    public List<Setting<?>> settings() {
      return List.of(AGEING);
    }

    @Override
    public MergePolicy create(Settings settings) {
      return MergePolicies.priority(settings.get(AGEING));
    }
  }

  /** {@link MergePolicies#earliestDeadline()}. */
  public static final class EarliestDeadlineProvider implements MergePolicyProvider {

    @Override
    public String id() {
      return "earliest-deadline";
    }

    @Override
    public MergePolicy create(Settings settings) {
      return MergePolicies.earliestDeadline();
    }
  }
}
