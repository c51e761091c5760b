package io.batchprocessor.spi;

import java.net.URI;

/**
 * Rewrites what is sent to the gateway for a request: its body and its content type. The message in
 * the broker, its retries and its result stay as they are.
 *
 * <ol>
 *   <li value="1201">{@code transform} decides at once, without I/O and without blocking. It is
 *       called by one thread at a time, the dispatcher's or one of the HTTP client's.
 *   <li value="1202">It is asked before each attempt, with the message as the producer wrote it;
 *       what it gave for an earlier attempt is not kept. For the same request, body and time it
 *       gives the same bytes, as the attempts share one idempotency key.
 *   <li value="1203">It never gives null. Of several, each is given what the one before it gave;
 *       one that has nothing to do gives back the body that it was given. What it can't make
 *       anything of it rejects, or leaves as it is.
 *   <li value="1204">{@link Transformed.Rejected} ends the request, nothing is sent: its result is
 *       an {@code INVALID_REQUEST} with the reason. Reasons and {@code toString} tell nothing of
 *       what is in a payload.
 *   <li value="1205">{@code close} ends every thread of the transform's own; it is called once
 *       nothing is in flight any more.
 * </ol>
 *
 * <p>A transform that throws or gives null is logged and counted. Nothing is sent then, and that
 * counts as an attempt that failed: the request is tried again after the backoff, ten seconds at
 * least, until its deadline or {@code max-attempts}, so that a transform that is mended in time
 * loses nothing. The gates are given their permit back as unused. What it throws appears in the
 * log, and nowhere else.
 */
public interface RequestTransform extends AutoCloseable {

  /** Its name in logs and results; the same each time. */
  String name();

  /**
   * What to send.
   *
   * @param request the request; its message has the payload as the producer wrote it
   * @param uri where the attempt goes
   * @param body what is to be sent so far
   */
  Transformed transform(RequestView request, URI uri, RequestBody body);

  @Override
  default void close() {}
}
