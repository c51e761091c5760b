/**
 * The batch processor: takes inference requests that can wait from queues, sends them to a gateway,
 * retries what it sheds until each request's deadline, and writes one result for each.
 *
 * <p>Start with {@link io.batchprocessor.BatchProcessor}.
 */
@NullMarked
package io.batchprocessor;

import org.jspecify.annotations.NullMarked;
