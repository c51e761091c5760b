package io.batchprocessor.examples.gateway;

import java.net.InetAddress;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * How a simulated gateway is set up. Made by {@link SimulatedGateway.Builder}, which explains and
 * checks each.
 */
record GatewaySettings(
    InetAddress bindAddress,
    int port,
    EngineSettings engine,
    double timeScale,
    String model,
    int defaultMaxTokens,
    Set<String> paths,
    Map<String, Integer> objectives,
    Duration retryAfter,
    Map<Failure, Double> failureRates,
    Duration slowBody,
    long seed,
    @Nullable String trafficLabel) {}
