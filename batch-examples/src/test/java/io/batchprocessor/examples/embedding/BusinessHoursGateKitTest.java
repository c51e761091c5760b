package io.batchprocessor.examples.embedding;

import io.batchprocessor.spi.DispatchGate;
import io.batchprocessor.spi.DispatchGateProvider;
import io.batchprocessor.testkit.DispatchGateContract;
import io.batchprocessor.testkit.ProviderContract;
import java.time.Clock;
import java.time.Instant;
import java.time.LocalTime;
import java.time.ZoneOffset;

class BusinessHoursGateKitTest implements DispatchGateContract, ProviderContract {

  private static final Instant SUNDAY = Instant.parse("2026-11-22T12:00:00Z");

  @Override
  public DispatchGate gate() {
    return new BusinessHoursGate(
        LocalTime.of(8, 0), LocalTime.of(18, 0), Clock.fixed(SUNDAY, ZoneOffset.UTC));
  }

  @Override
  public DispatchGateProvider provider() {
    return ProviderContract.find(DispatchGateProvider.class, "business-hours");
  }
}
