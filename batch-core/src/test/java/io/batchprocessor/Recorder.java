package io.batchprocessor;

import io.batchprocessor.message.ResultMessage;
import io.batchprocessor.spi.AttemptOutcome;
import io.batchprocessor.spi.BatchListener;
import io.batchprocessor.spi.Delivery;
import io.batchprocessor.spi.ProcessorState;
import io.batchprocessor.spi.RequestView;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.slf4j.MDC;

/** Writes down what a listener is told, each event as one line. */
final class Recorder implements BatchListener {

  private final List<String> events = Collections.synchronizedList(new ArrayList<>());
  private final List<ResultMessage> results = Collections.synchronizedList(new ArrayList<>());
  private final List<String> wrongMdc = Collections.synchronizedList(new ArrayList<>());

  /** Everything, in the order in which it was told. */
  List<String> events() {
    return copy(events);
  }

  /** What was told of one request, without its id. */
  List<String> eventsOf(String id) {
    return events().stream()
        .filter(event -> event.endsWith(" " + id))
        .map(event -> event.substring(0, event.length() - id.length() - 1))
        .toList();
  }

  /** Results that were told. */
  List<ResultMessage> results() {
    return copy(results);
  }

  /** Events during which the MDC did not hold the request's id. */
  List<String> wrongMdc() {
    return copy(wrongMdc);
  }

  private static <T> List<T> copy(List<T> list) {
    synchronized (list) {
      return List.copyOf(list);
    }
  }

  @Override
  public void received(RequestView request) {
    add("received", request);
  }

  @Override
  public void dispatched(RequestView request) {
    add("dispatched", request);
  }

  @Override
  public void attempted(RequestView request, AttemptOutcome outcome) {
    add("attempted:" + outcome.kind(), request);
  }

  @Override
  public void retryScheduled(RequestView request, Duration delay) {
    add("retryScheduled", request);
  }

  @Override
  public void finished(RequestView request, ResultMessage result) {
    results.add(result);
    add("finished:" + result.errorCode().map(Enum::name).orElse("OK"), request);
  }

  @Override
  public void released(RequestView request, String reason) {
    add("released", request);
  }

  @Override
  public void takenBack(RequestView request, String gate, Duration work) {
    add("takenBack:" + gate, request);
  }

  @Override
  public void leaseLost(RequestView request) {
    add("leaseLost", request);
  }

  @Override
  public void deadLettered(Delivery delivery, String reason) {
    events.add("deadLettered");
  }

  @Override
  public void brokerFailed(String operation, RuntimeException failure) {
    events.add("brokerFailed:" + operation);
  }

  @Override
  public void stateChanged(ProcessorState from, ProcessorState to) {
    events.add(from + "->" + to);
  }

  private void add(String what, RequestView request) {
    String id = request.message().id();
    if (!id.equals(MDC.get("batch.request.id"))) {
      wrongMdc.add(what + " " + id);
    }
    events.add(what + " " + id);
  }
}
