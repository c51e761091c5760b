package io.batchprocessor.spi;

import io.batchprocessor.message.ResultMessage;
import java.time.Duration;

/**
 * Told of every transition. Each method does nothing unless overridden.
 *
 * <ol>
 *   <li value="1101">Called on the thread where it happens, several at a time, the HTTP client's
 *       threads among them: be quick and do not block.
 *   <li value="1102">What a listener throws is logged and counted, and changes nothing.
 *   <li value="1103">{@code starting} comes first, once.
 *   <li value="1104">All that is told of one delivery is told of the same {@link RequestView}
 *       object: from {@code received} to {@code finished}, {@code retryScheduled}, {@code released}
 *       or {@code leaseLost}, of which there is one; none if the processor closes and the broker
 *       can't store what was decided.
 *   <li value="1105">While a request is told of, the SLF4J MDC holds its id under {@code
 *       batch.request.id}.
 * </ol>
 */
public interface BatchListener {

  /**
   * The processor is about to start.
   *
   * @param processor may be kept until it is {@link ProcessorState#CLOSED}
   */
  default void starting(ProcessorView processor) {}

  /** A request was taken from the broker and understood. */
  default void received(RequestView request) {}

  /** An attempt begins. */
  default void dispatched(RequestView request) {}

  /** An attempt ended. */
  default void attempted(RequestView request, AttemptOutcome outcome) {}

  /** Another attempt is stored in the retry queue, due after {@code delay}. */
  default void retryScheduled(RequestView request, Duration delay) {}

  /** The request's result is stored: it is done. */
  default void finished(RequestView request, ResultMessage result) {}

  /** A request went back to the broker, its attempt not counted. */
  default void released(RequestView request, String reason) {}

  /**
   * A {@link YieldingGate} wanted room: the attempt was aborted, and what the gateway had done of
   * it is thrown away. Told before {@link #attempted} and {@link #released}.
   *
   * @param gate the gate's name
   * @param work how long the attempt had taken
   */
  default void takenBack(RequestView request, String gate, Duration work) {}

  /** Another process may hold the request by now; nothing is published for it here. */
  default void leaseLost(RequestView request) {}

  /**
   * A message that can't be understood, but has an id, got this result; or a retry of a queue that
   * is not served here, as its deadline has passed.
   */
  default void refused(Delivery delivery, ResultMessage result) {}

  /** A message without an id went to the dead-letter queue. */
  default void deadLettered(Delivery delivery, String reason) {}

  /** The broker refused or was not there: what was tried will be tried again. */
  default void brokerFailed(String operation, RuntimeException failure) {}

  /**
   * The broker refused a result for good. A small error that says so, {@code RESULT_REFUSED}, is
   * tried in its place; if that is refused too, the message becomes a dead letter.
   *
   * @param rejection names the result, and why
   */
  default void resultRejected(ResultRejectedException rejection) {}

  /** The processor moved on. */
  default void stateChanged(ProcessorState from, ProcessorState to) {}
}
