/**
 * A worked adapter: a table of PostgreSQL as a queue. {@code ADAPTERS.md} is made of its code.
 *
 * <p>Read it in this order: {@code Database} is the table, and the JDBC below all of them; {@code
 * JdbcQueue} claims rows, holds them, lets go of them; {@code JdbcTransport} settles; {@link
 * io.batchprocessor.examples.jdbc.JdbcQueueProvider} opens it by its id.
 *
 * <p>One table holds everything: a message <em>moves</em>, by one update of its row, from its
 * request queue to the retry queue, the results or the dead letters, so it is always in just one of
 * them. The server's clock alone decides when a lease ends and when a retry is due. JDBC has no
 * blocking read: who waits looks again every tenth of a second. {@link
 * io.batchprocessor.spi.Cancellation} is left out, and so is a column for attributes: notes with a
 * retry are lost.
 */
@NullMarked
package io.batchprocessor.examples.jdbc;

import org.jspecify.annotations.NullMarked;
