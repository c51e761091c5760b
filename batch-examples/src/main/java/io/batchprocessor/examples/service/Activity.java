package io.batchprocessor.examples.service;

import io.batchprocessor.message.ErrorCode;
import io.batchprocessor.message.ResultMessage;
import io.batchprocessor.spi.AttemptOutcome;
import io.batchprocessor.spi.BatchListener;
import io.batchprocessor.spi.Delivery;
import io.batchprocessor.spi.RequestView;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * What the processor's counters don't tell: why attempts and requests failed, and how close to
 * their deadlines requests were answered. It keeps causes and ids, never what a message says.
 */
public final class Activity implements BatchListener {

  /** More causes than there are; status codes come from the gateway, so a bound is due. */
  private static final int MAX_CAUSES = 64;

  private static final String OTHER = "other";

  private final InstantSource clock;
  private final Map<String, CauseCount> causes = new ConcurrentHashMap<>();
  private final Margins margins;

  /** With the system's clocks. */
  public Activity() {
    this(InstantSource.system());
  }

  Activity(InstantSource clock) {
    this.clock = clock;
    this.margins = new Margins(clock);
  }

  /**
   * A cause of failures, so far.
   *
   * @param cause in a few words
   * @param ended whether requests ended by it; otherwise they were tried again
   * @param count how often
   * @param lastId the id of the last request that met it; empty if it has none
   */
  record CauseCount(String cause, boolean ended, long count, String lastId, Instant lastAt) {

    CauseCount and(CauseCount later) {
      return new CauseCount(cause, ended, count + later.count, later.lastId, later.lastAt);
    }
  }

  @Override
  public void attempted(RequestView request, AttemptOutcome outcome) {
    switch (outcome.kind()) {
      case SHED -> count("429 shed", false, request.message().id());
      case FAILED -> count(failure(outcome), false, request.message().id());
      case SUCCEEDED, REFUSED, ABORTED -> {}
    }
  }

  @Override
  public void finished(RequestView request, ResultMessage result) {
    margins.add(Duration.between(clock.instant(), request.message().deadline()));
    result
        .errorCode()
        .ifPresent(
            code ->
                count(
                    code == ErrorCode.INFERENCE_ERROR && result.statusCode().isPresent()
                        ? code + " (" + result.statusCode().getAsInt() + ")"
                        : code.toString(),
                    true,
                    request.message().id()));
  }

  @Override
  public void deadLettered(Delivery delivery, String reason) {
    count("no id: dead letter", true, "");
  }

  /** The causes, the latest first. */
  List<CauseCount> causes() {
    return causes.values().stream()
        .sorted(Comparator.comparing(CauseCount::lastAt).reversed())
        .toList();
  }

  /** How close to their deadlines requests ended, of late. */
  Margins margins() {
    return margins;
  }

  /** By status, or whether an answer came at all: texts of failures have no bound. */
  private static String failure(AttemptOutcome outcome) {
    if (outcome.statusCode() > 0) {
      return "gateway answered " + outcome.statusCode();
    }
    return outcome.timedOut() ? "no answer in time" : "no connection";
  }

  private void count(String name, boolean ended, String id) {
    String bounded = causes.size() < MAX_CAUSES || causes.containsKey(name) ? name : OTHER;
    CauseCount once = new CauseCount(bounded, ended, 1, id, clock.instant());
    causes.merge(bounded, once, CauseCount::and);
  }
}
