/**
 * Files of requests and results in place of a broker: a {@link io.batchprocessor.spi.Transport}
 * whose requests are the lines of one file and whose results are added to another, so that a run
 * that was killed goes on where it was.
 */
@NullMarked
package io.batchprocessor.examples.files;

import org.jspecify.annotations.NullMarked;
