package io.batchprocessor.testkit;

import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

/** What the parts of {@link AdapterContract} have in common. */
@ExtendWith({RuleReport.class, TrialExtension.class})
@Timeout(300)
public interface AdapterRules {

  /**
   * The adapter, on queues that are empty and that no other test uses. Called before each rule, and
   * again where a rule needs another try.
   */
  AdapterUnderTest adapter();
}
