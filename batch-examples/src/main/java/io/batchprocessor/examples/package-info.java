/** The runnable main. */
@NullMarked
package io.batchprocessor.examples;

import org.jspecify.annotations.NullMarked;
