/** The demonstration: everything in one process, nothing to install. */
@NullMarked
package io.batchprocessor.examples.demo;

import org.jspecify.annotations.NullMarked;
