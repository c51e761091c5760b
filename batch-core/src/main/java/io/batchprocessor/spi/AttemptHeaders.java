package io.batchprocessor.spi;

import java.net.URI;
import java.util.Map;

/**
 * Ability of a {@link BatchListener}: adds HTTP headers to what an attempt sends to the gateway.
 *
 * <ol>
 *   <li value="1111">Asked once for each attempt, by the thread that sends it: after {@code
 *       dispatched} was told. If the request is cancelled meanwhile, {@code attempted} may have
 *       been told already.
 *   <li value="1112">{@code traceparent}, {@code tracestate} and {@code baggage} replace what came
 *       with the message. No other header is replaced that the message or the configuration sets.
 *   <li value="1113">If it throws, or gives what no header can carry, that is logged and counted,
 *       and the attempt goes without its headers.
 * </ol>
 */
public interface AttemptHeaders {

  /**
   * The headers to add; none if empty.
   *
   * @param uri where the attempt goes
   */
  Map<String, String> headers(RequestView request, URI uri);
}
