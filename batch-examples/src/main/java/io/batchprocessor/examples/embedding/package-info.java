/**
 * Parts of one's own for an embedded processor: a merge policy, a backoff strategy, a dispatch
 * gate, an HTTP client and a listener, each handed over as an instance or named by a configuration.
 *
 * <p>Needed by whoever writes one: these are made to be copied. Their names are registered for the
 * tests only, so that the runnable main does not offer them.
 */
@NullMarked
package io.batchprocessor.examples.embedding;

import org.jspecify.annotations.NullMarked;
