/**
 * Benchmarks: each prints its machine, its versions and its figures beside a baseline of the same
 * run.
 *
 * <p>Needed by whoever wants to know how fast it is here.
 */
@NullMarked
package io.batchprocessor.examples.bench;

import org.jspecify.annotations.NullMarked;
