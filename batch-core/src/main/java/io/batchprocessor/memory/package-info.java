/**
 * The in-memory transport: the reference implementation and the embedded default.
 *
 * <p>Needed by whoever embeds the processor without a broker, and by tests.
 */
@NullMarked
package io.batchprocessor.memory;

import org.jspecify.annotations.NullMarked;
