package io.batchprocessor;

import java.time.Duration;
import java.time.InstantSource;
import java.util.function.DoubleSupplier;
import java.util.function.LongSupplier;

/**
 * Numbers that the rooms share.
 *
 * @param clock the wall clock, for deadlines only
 * @param ticker nanoseconds, for everything else
 * @param random numbers from 0 to 1
 */
record EngineConfig(
    Duration requestTimeout,
    int maxAttempts,
    int maxDeliveries,
    int maxMessageBytes,
    InstantSource clock,
    LongSupplier ticker,
    DoubleSupplier random) {}
