/**
 * A simulated inference gateway: the model of a continuously batching engine, which knows no thread
 * and no clock, and an HTTP server around it.
 */
@NullMarked
package io.batchprocessor.examples.gateway;

import org.jspecify.annotations.NullMarked;
