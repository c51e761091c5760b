/**
 * Request transforms: what is sent to the gateway in place of a message's payload. Named in a
 * configuration; nothing here has to be named in code.
 */
@NullMarked
package io.batchprocessor.transform;

import org.jspecify.annotations.NullMarked;
