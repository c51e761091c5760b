/**
 * What an adapter writer implements: queues, policies, gates, transforms, HTTP clients, listeners.
 *
 * <p>Each interface's Javadoc is a numbered contract; the adapter kit ({@code
 * io.batchprocessor.testkit}) has one test for each number. Needed by whoever brings a queue or a
 * policy of their own, and by nobody else.
 */
@NullMarked
package io.batchprocessor.spi;

import org.jspecify.annotations.NullMarked;
