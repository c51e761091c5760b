package io.batchprocessor.kitcheck;

import io.batchprocessor.testkit.AdapterContract;
import io.batchprocessor.testkit.AdapterUnderTest;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.MethodSource;

/** The kit on each faulty adapter. Not a test by itself: {@link AdapterKitTest} runs it. */
@ParameterizedClass
@MethodSource("faults")
class FaultyAdapter implements AdapterContract {

  private final Fault fault;

  FaultyAdapter(Fault fault) {
    this.fault = fault;
  }

  static List<Fault> faults() {
    return Stream.of(
            List.of(Fault.transport("keeps every rule", BrokerTransport::new)),
            ProviderFaults.all(),
            ReceiveFaults.all(),
            SettleFaults.all(),
            RetryFaults.all(),
            ResultFaults.all(),
            BatchFaults.all(),
            AbilityFaults.all(),
            OperatorFaults.all())
        .flatMap(List::stream)
        .toList();
  }

  @Override
  public AdapterUnderTest adapter() {
    return fault
        .broker()
        .get()
        .adapter()
        .name(fault.name())
        .patience(Duration.ofSeconds(10))
        .build();
  }
}
