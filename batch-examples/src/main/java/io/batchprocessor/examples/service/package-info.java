/** The processor seen from outside: health, metrics, numbers, the status page and its controls. */
@NullMarked
package io.batchprocessor.examples.service;

import org.jspecify.annotations.NullMarked;
