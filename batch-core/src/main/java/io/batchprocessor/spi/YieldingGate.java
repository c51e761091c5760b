package io.batchprocessor.spi;

/**
 * A gate that may want some of its permits back before their requests are done, say because live
 * traffic rose. What is taken back goes to the broker and is sent again later.
 *
 * <ol>
 *   <li value="911">{@code excess} decides at once, without I/O and without blocking, and may be
 *       called from any thread. It only looks: asking twice asks for nothing more.
 *   <li value="912">It is never negative, and 0 with no permit out.
 *   <li value="913">While it is above 0 the gate lets nothing go, and its budget is 0.
 *   <li value="914">A permit that came back with {@link AttemptOutcome.Kind#ABORTED} was taken back
 *       or given up by somebody: it counts as one that is not in excess any more.
 *   <li value="915">The engine asks at least every 50 ms while anything is in flight. It takes back
 *       as many requests as it is told, the newest first: it aborts the exchange, releases the
 *       permit with {@code ABORTED}, and hands the request back to the broker, its attempt not
 *       counted.
 * </ol>
 */
public interface YieldingGate extends DispatchGate {

  /** How many of the requests in flight under this gate should be taken back now. */
  int excess();
}
