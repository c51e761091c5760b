package io.batchprocessor;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;

/** A wall clock that goes as the system's does, and jumps when the test says so. */
final class MovableClock implements InstantSource {

  private volatile Duration offset = Duration.ZERO;

  @Override
  public Instant instant() {
    return Instant.now().plus(offset);
  }

  synchronized void jump(Duration by) {
    offset = offset.plus(by);
  }
}
