package io.batchprocessor.spi;

import java.util.List;
import java.util.Optional;
import java.util.concurrent.ThreadFactory;

/**
 * What a {@link BatchListener} sees of the processor that it listens to. Every number is the one of
 * the moment. Safe for use by several threads.
 */
public interface ProcessorView {

  /** The processor's name. */
  String name();

  /** The id of its transport's provider; the name of a class if the transport was handed in. */
  String transport();

  /** Its pools, in the order of their configuration; the same ones every time. */
  List<PoolView> pools();

  /** Tells what waits in the broker; empty if the transport can't. */
  Optional<BacklogReporter> backlogReporter();

  /** Decisions that are not stored yet. */
  int settling();

  /** What can't be stored now, and why; empty if all is well. */
  Optional<String> stall();

  /** Whether it takes and sends nothing new, because somebody paused it or because it drains. */
  boolean isPaused();

  /** Faults in policies, gates, strategies, transforms and listeners that were survived. */
  long userCodeFailures();

  /**
   * Makes threads that are named as the processor's are. They are to be gone when {@link
   * BatchListener#stateChanged} has been told of {@link ProcessorState#CLOSED}.
   *
   * @param role ends their names
   */
  ThreadFactory threads(String role);
}
