/**
 * The proof that batch fills the cracks and live traffic does not feel it: one simulated gateway,
 * the same live arrivals, every contender.
 */
@NullMarked
package io.batchprocessor.examples.harvest;

import org.jspecify.annotations.NullMarked;
