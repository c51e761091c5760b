/** What a program says on a terminal while it works, and how it is told to stop. */
@NullMarked
package io.batchprocessor.examples.console;

import org.jspecify.annotations.NullMarked;
