/** Live traffic over HTTP, beside which batch traffic runs. */
@NullMarked
package io.batchprocessor.examples.traffic;

import org.jspecify.annotations.NullMarked;
