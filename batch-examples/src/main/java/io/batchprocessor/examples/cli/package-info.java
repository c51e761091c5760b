/** Flags, environment variables and configuration files, and what they make the program do. */
@NullMarked
package io.batchprocessor.examples.cli;

import org.jspecify.annotations.NullMarked;
