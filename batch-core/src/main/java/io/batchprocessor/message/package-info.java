/**
 * The messages: requests that producers write, results that they read, and how both look as JSON.
 *
 * <p>Needed by whoever submits requests, reads results, or writes an adapter.
 */
@NullMarked
package io.batchprocessor.message;

import org.jspecify.annotations.NullMarked;
