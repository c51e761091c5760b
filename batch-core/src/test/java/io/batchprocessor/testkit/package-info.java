/**
 * The adapter kit: the numbered rules of the SPI as tests, for whoever writes a transport, a merge
 * policy, a backoff strategy, a dispatch gate or a request transform.
 *
 * <p>Begin with {@link io.batchprocessor.testkit.AdapterContract}, {@link
 * io.batchprocessor.testkit.MergePolicyContract}, {@link
 * io.batchprocessor.testkit.BackoffStrategyContract}, {@link
 * io.batchprocessor.testkit.DispatchGateContract} or {@link
 * io.batchprocessor.testkit.RequestTransformContract}. After the run {@code target/adapter-kit} has
 * a page for each subject that says which rules it keeps; a configuration parameter of the JUnit
 * platform, {@code adapter-kit.directory}, puts it elsewhere.
 *
 * <p>For tests of your own there are {@link io.batchprocessor.testkit.TcpProxy}, a network that can
 * be cut, and {@link io.batchprocessor.testkit.ProcessorMain}, a processor to be killed.
 */
@NullMarked
package io.batchprocessor.testkit;

import org.jspecify.annotations.NullMarked;
