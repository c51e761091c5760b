/**
 * The adapter kit: the numbered rules of the SPI as tests, for whoever writes a transport, a merge
 * policy, a backoff strategy or a dispatch gate.
 *
 * <p>Begin with {@link io.batchprocessor.testkit.AdapterContract}, {@link
 * io.batchprocessor.testkit.MergePolicyContract}, {@link
 * io.batchprocessor.testkit.BackoffStrategyContract} or {@link
 * io.batchprocessor.testkit.DispatchGateContract}. After the run {@code target/adapter-kit} has a
 * page for each subject that says which rules it keeps; a configuration parameter of the JUnit
 * platform, {@code adapter-kit.directory}, puts it elsewhere.
 */
@NullMarked
package io.batchprocessor.testkit;

import org.jspecify.annotations.NullMarked;
