/**
 * Dispatch gates: what decides whether one more request may be in flight, by count, by rate, by
 * what the gateway answers, or by what its metrics show.
 *
 * <p>A configuration names them by id; whoever builds a processor in code makes them here. For a
 * gate of one's own only {@link io.batchprocessor.spi.DispatchGate} is needed.
 */
@NullMarked
package io.batchprocessor.gate;

import org.jspecify.annotations.NullMarked;
