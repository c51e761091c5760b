package io.batchprocessor.testkit;

/**
 * A broker that can be killed, so that rules about restarts can be tested. What it had stored
 * before it was killed it has again when it is started: on the same address.
 */
public interface Broker {

  /** Ends it as a power failure would. Does nothing if it does not run. */
  void kill();

  /** Starts it and returns when it takes connections. Does nothing if it runs. */
  void start();
}
