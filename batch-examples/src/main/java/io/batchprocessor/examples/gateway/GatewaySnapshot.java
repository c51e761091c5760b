package io.batchprocessor.examples.gateway;

/**
 * What a simulated gateway did so far and is doing, at one moment.
 *
 * @param running requests that have a slot
 * @param waiting requests that wait for one
 * @param received well-formed inference requests
 * @param completed requests that got all their tokens
 * @param shed requests answered with 429
 * @param aborted requests whose connection went away while they waited or ran
 * @param failuresInjected requests that were made to fail, of any kind
 * @param promptTokens prompt tokens prefilled
 * @param generatedTokens tokens generated
 */
public record GatewaySnapshot(
    int running,
    int waiting,
    long received,
    long completed,
    long shed,
    long aborted,
    long failuresInjected,
    long promptTokens,
    long generatedTokens) {}
