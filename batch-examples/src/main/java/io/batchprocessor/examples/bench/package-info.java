/** Benchmarks, and what they are run against. */
@NullMarked
package io.batchprocessor.examples.bench;

import org.jspecify.annotations.NullMarked;
