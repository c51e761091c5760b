/**
 * Metrics by Micrometer, which is an optional dependency: only who uses this package needs it.
 *
 * <p>Needed by whoever embeds the processor and has a registry.
 */
@NullMarked
package io.batchprocessor.metrics;

import org.jspecify.annotations.NullMarked;
