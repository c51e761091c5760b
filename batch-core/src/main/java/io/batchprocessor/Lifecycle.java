package io.batchprocessor;

import io.batchprocessor.spi.ProcessorState;
import org.jspecify.annotations.Nullable;

/**
 * The state of a processor, and whose turn it is to change it: one thread at a time starts or
 * closes. Its lock is held for a moment only, never while threads end or listeners are told, who
 * may want it.
 */
final class Lifecycle {

  private @Nullable Thread mover;
  private volatile ProcessorState state = ProcessorState.NEW;

  ProcessorState state() {
    return state;
  }

  boolean isClosing() {
    return state == ProcessorState.DRAINING || state == ProcessorState.CLOSED;
  }

  /**
   * Takes the turn to start; {@link #done} must follow.
   *
   * @throws IllegalStateException if it was started, is being started, or was closed
   */
  synchronized void begin() {
    if (state != ProcessorState.NEW || mover != null) {
      throw new IllegalStateException(
          "a processor starts once; this one is %s; build another"
              .formatted(state == ProcessorState.NEW ? "starting or closing" : state));
    }
    mover = Thread.currentThread();
  }

  /**
   * Waits for whoever starts or closes it, also when interrupted, and takes the turn to close it;
   * {@link #done} must follow. False if it is closed by now.
   */
  synchronized boolean beginToClose() {
    boolean interrupted = false;
    while (mover != null) {
      try {
        wait();
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
    if (state == ProcessorState.CLOSED) {
      return false;
    }
    mover = Thread.currentThread();
    return true;
  }

  /** Hands the turn on. */
  synchronized void done() {
    mover = null;
    notifyAll();
  }

  /** Whether the calling thread starts or closes it just now, and so must not wait for that. */
  synchronized boolean isMyTurn() {
    return mover == Thread.currentThread();
  }

  /** Changes the state, at the caller's turn; gives the one before. */
  synchronized ProcessorState moveTo(ProcessorState next) {
    ProcessorState previous = state;
    state = next;
    return previous;
  }

  /**
   * Does something that must not happen once it drains.
   *
   * @param what in the words of an error
   * @param action does not wait, and calls no user code
   * @throws IllegalStateException unless it is {@link ProcessorState#RUNNING}
   */
  synchronized void whileRunning(String what, Runnable action) {
    if (state != ProcessorState.RUNNING) {
      throw new IllegalStateException(
          "can't %s a processor that is %s; it must be RUNNING".formatted(what, state));
    }
    action.run();
  }
}
