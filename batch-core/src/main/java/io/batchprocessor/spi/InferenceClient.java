package io.batchprocessor.spi;

import java.util.concurrent.CompletableFuture;

/**
 * Sends requests to the gateway, asynchronously: what is in flight costs memory, not threads.
 *
 * <ol>
 *   <li value="1001">{@code send} does not wait for the answer; it is called by one thread at a
 *       time, the dispatcher's or one of the client's own.
 *   <li value="1002">The future completes with any answer that came whole, whatever its status, and
 *       exceptionally where none did: with {@link java.io.IOException} if another attempt may
 *       succeed, with {@link ResponseTooLargeException} if the answer was above the limit, with
 *       {@link UnreadableResponseException} if it came compressed and can't be unpacked.
 *   <li value="1003">Cancelling the future aborts the exchange: the gateway sees the connection
 *       close, or the stream reset.
 *   <li value="1004">No redirect is followed, no cookie kept, no answer cached, no failed request
 *       repeated: all of that is the engine's.
 *   <li value="1005">TLS certificates and host names are verified.
 *   <li value="1006">{@code close} fails what is in flight and ends every thread of the client's
 *       own.
 *   <li value="1007">At most {@link InferenceClientContext#maxInFlight} connections are open.
 * </ol>
 */
public interface InferenceClient extends AutoCloseable {

  /** Sends a request. */
  CompletableFuture<InferenceResponse> send(InferenceRequest request);

  @Override
  void close();
}
