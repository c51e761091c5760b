/**
 * Traces by OpenTelemetry, whose API is an optional dependency: only who uses this package needs
 * it.
 *
 * <p>Needed by whoever embeds the processor and has an SDK.
 */
@NullMarked
package io.batchprocessor.tracing;

import org.jspecify.annotations.NullMarked;
