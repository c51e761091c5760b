package io.batchprocessor.examples.gateway;

import io.batchprocessor.examples.gateway.EngineSettings.Prefill;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.Iterator;
import java.util.List;
import java.util.Objects;
import java.util.TreeSet;

/**
 * The engine's model: iteration-level scheduling, called continuous batching (Yu et al., "Orca: A
 * Distributed Serving System for Transformer-Based Generative Models", OSDI 2022), with chunked
 * prefill mixed into decode steps (Agrawal et al., "Sarathi-Serve", OSDI 2024), as vLLM's V1
 * scheduler does it. Time runs in steps, and only when told to: whoever drives it passes the time
 * in, so the same model runs in virtual time (hours in seconds, the same every time) and behind a
 * server.
 *
 * <p>In each step every running sequence decodes one token, or goes on with its prefill; what is
 * left of the step's token budget goes to waiting sequences, in order, while there is a slot and
 * room for keys and values. All of them end the step together: the more there is in a step, the
 * longer everyone's next token takes ({@link StepCosts}). A sequence that arrives during a step
 * waits for its end; one that is cancelled frees its slot for the next step.
 *
 * <p>Unlike vLLM it keeps room for a sequence's whole answer from the start, so that it never has
 * to preempt one that runs; and every sequence generates as many tokens as it may.
 *
 * <p>Not thread-safe.
 */
public final class ContinuousBatch {

  /** What {@link #stepEndNanos} says while there is nothing to do. */
  public static final long IDLE = Long.MAX_VALUE;

  private static final Comparator<Sequence> ARRIVAL = Comparator.comparingLong(Sequence::ticket);
  private static final Comparator<Sequence> PRIORITY =
      Comparator.comparingInt(Sequence::priority).reversed().thenComparing(ARRIVAL);

  private final EngineSettings settings;
  private final EngineListener listener;
  private final TreeSet<Sequence> waiting;
  private final List<Sequence> running = new ArrayList<>();

  private long tickets;
  private long nowNanos;
  private long stepStartNanos;
  private long stepEndNanos = IDLE;
  private long reservedTokens;
  private long usedTokens;

  /** An idle engine, at time 0. */
  public ContinuousBatch(EngineSettings settings, EngineListener listener) {
    this.settings = Objects.requireNonNull(settings, "settings");
    this.listener = Objects.requireNonNull(listener, "listener");
    waiting =
        new TreeSet<>(
            settings.scheduling() == EngineSettings.Scheduling.PRIORITY ? PRIORITY : ARRIVAL);
  }

  /**
   * Takes a sequence in, unless the queue is full. Sequences that the free slots will take count
   * towards the slots, not towards the queue.
   *
   * @return false if the queue is full: the sequence is not taken
   * @throws IllegalArgumentException if the sequence is longer than the model allows
   */
  public boolean offer(Sequence sequence, long atNanos) {
    if (sequence.reservedTokens() > settings.modelTokens()) {
      throw new IllegalArgumentException(
          "a sequence of %d tokens does not fit into a model of %d"
              .formatted(sequence.reservedTokens(), settings.modelTokens()));
    }
    advance(atNanos);
    int freeSlots = settings.slots() - running.size();
    if (waiting.size() >= settings.queueLimit() + freeSlots) {
      return false;
    }
    sequence.arrive(tickets++, nowNanos);
    waiting.add(sequence);
    if (stepEndNanos == IDLE) {
      startStep();
    }
    return true;
  }

  /**
   * Takes a sequence out, wherever it is, as a server does when the connection is gone.
   *
   * @return false if it wasn't there: finished, or never taken
   */
  public boolean cancel(Sequence sequence, long atNanos) {
    advance(atNanos);
    if (waiting.remove(sequence)) {
      return true;
    }
    if (!running.remove(sequence)) {
      return false;
    }
    free(sequence);
    return true;
  }

  /**
   * Ends every step that is over by then. Time never runs backwards: an earlier time is ignored.
   */
  public void advance(long toNanos) {
    while (stepEndNanos <= toNanos) {
      nowNanos = stepEndNanos;
      endStep();
      startStep();
    }
    nowNanos = Math.max(nowNanos, toNanos);
  }

  /** When the current step ends: the next time that {@link #advance} has something to do. */
  public long stepEndNanos() {
    return stepEndNanos;
  }

  /** Sequences that have a slot. */
  public int running() {
    return running.size();
  }

  /** Sequences that wait for a slot. */
  public int waiting() {
    return waiting.size();
  }

  /** Those of this kind that have a slot. */
  int running(Traffic kind) {
    return count(running, kind);
  }

  /** Those of this kind that wait for a slot. */
  int waiting(Traffic kind) {
    return count(waiting, kind);
  }

  private static int count(Collection<Sequence> sequences, Traffic kind) {
    return (int) sequences.stream().filter(each -> Traffic.of(each) == kind).count();
  }

  /** The share of the memory for keys and values that is in use, from 0 to 1. */
  public double kvCacheUsage() {
    return (double) usedTokens / settings.kvCacheTokens();
  }

  private void startStep() {
    StepPlan plan = settings.prefill() == Prefill.CHUNKED ? planChunked() : planWhole();
    if (running.isEmpty()) {
      stepEndNanos = IDLE;
      return;
    }
    stepStartNanos = nowNanos;
    stepEndNanos =
        nowNanos
            + settings.costs().stepNanos(plan.prefillTokens, plan.decodeTokens, plan.contextTokens);
  }

  private StepPlan planChunked() {
    StepPlan plan = new StepPlan();
    int budget = settings.batchedTokens();
    for (Sequence sequence : running) {
      budget -= plan.add(sequence, budget);
    }
    while (budget > 0 && nextHasRoom()) {
      budget -= plan.add(admitNext(), budget);
    }
    return plan;
  }

  /** Prompts alone while there are any, as many as fit; the first of them whatever its length. */
  private StepPlan planWhole() {
    StepPlan plan = new StepPlan();
    for (Sequence sequence : running) {
      plan.add(sequence, 0);
    }
    while (nextHasRoom()
        && (plan.prefillTokens == 0
            || plan.prefillTokens + waiting.first().promptTokens() <= settings.batchedTokens())) {
      plan.add(admitNext(), Integer.MAX_VALUE);
    }
    if (plan.prefillTokens == 0) {
      for (Sequence sequence : running) {
        plan.add(sequence, 1);
      }
    }
    return plan;
  }

  private Sequence admitNext() {
    Sequence next = waiting.first();
    waiting.remove(next);
    running.add(next);
    reservedTokens += next.reservedTokens();
    next.schedule(nowNanos);
    listener.scheduled(next, nowNanos);
    return next;
  }

  /** The order is strict: what doesn't fit yet holds up what is behind it, as in vLLM. */
  private boolean nextHasRoom() {
    return !waiting.isEmpty()
        && running.size() < settings.slots()
        && reservedTokens + waiting.first().reservedTokens() <= settings.kvCacheTokens();
  }

  private void endStep() {
    int usual = 0;
    int deferrable = 0;
    List<Sequence> finished = new ArrayList<>();
    for (Iterator<Sequence> each = running.iterator(); each.hasNext(); ) {
      Sequence sequence = each.next();
      boolean decodes = sequence.isDecoding() && sequence.plannedTokens() > 0;
      int isUsual = sequence.isDeferrable() ? 0 : 1;
      if (decodes && settings.prefill() == Prefill.WHOLE) {
        // Prompts went between: each has waited since its own last token.
        listener.decoded(isUsual, 1 - isUsual, nowNanos - sequence.lastTokenNanos());
      } else if (decodes) {
        usual += isUsual;
        deferrable += 1 - isUsual;
      }
      int before = sequence.contextTokens();
      if (sequence.step(nowNanos)) {
        listener.firstToken(sequence, nowNanos);
      }
      usedTokens += sequence.contextTokens() - before;
      if (sequence.isFinished()) {
        each.remove();
        free(sequence);
        finished.add(sequence);
      }
    }
    if (usual + deferrable > 0) {
      listener.decoded(usual, deferrable, nowNanos - stepStartNanos);
    }
    finished.forEach(sequence -> listener.finished(sequence, nowNanos));
  }

  /** What a step computes. */
  private static final class StepPlan {
    private int prefillTokens;
    private int decodeTokens;
    private long contextTokens;

    /** Plans a sequence's part within a budget, and tells how many tokens it is. */
    int add(Sequence sequence, int budget) {
      int planned = sequence.plan(budget);
      if (!sequence.isDecoding()) {
        prefillTokens += planned;
      } else if (planned > 0) {
        decodeTokens += planned;
        contextTokens += sequence.contextTokens();
      }
      return planned;
    }
  }

  private void free(Sequence sequence) {
    reservedTokens -= sequence.reservedTokens();
    usedTokens -= sequence.contextTokens();
  }
}
