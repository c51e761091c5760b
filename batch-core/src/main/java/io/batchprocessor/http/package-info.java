/**
 * HTTP clients for the gateway: {@code apache}, if httpclient5 is on the class path, and {@code
 * jdk}.
 *
 * <p>Needed by nobody directly: configuration names them.
 */
@NullMarked
package io.batchprocessor.http;

import org.jspecify.annotations.NullMarked;
