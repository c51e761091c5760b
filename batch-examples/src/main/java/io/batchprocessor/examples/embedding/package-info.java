/**
 * Parts of one's own for an embedded processor: a merge policy, a backoff strategy, a dispatch
 * gate, an HTTP client and a listener, each handed over as an instance or named by a configuration.
 *
 * <p>Needed by whoever writes one: these are made to be copied.
 */
@NullMarked
package io.batchprocessor.examples.embedding;

import org.jspecify.annotations.NullMarked;
