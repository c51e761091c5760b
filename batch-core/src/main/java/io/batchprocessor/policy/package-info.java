/**
 * Merge policies and backoff strategies.
 *
 * <p>Needed by whoever sets one up in code instead of naming it in a configuration.
 */
@NullMarked
package io.batchprocessor.policy;

import org.jspecify.annotations.NullMarked;
