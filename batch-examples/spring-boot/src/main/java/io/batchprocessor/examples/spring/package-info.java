/**
 * A Spring Boot service that has a batch processor in it.
 *
 * <p>Needed by whoever builds one: made to be copied.
 */
@NullMarked
package io.batchprocessor.examples.spring;

import org.jspecify.annotations.NullMarked;
