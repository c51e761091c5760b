package io.batchprocessor.examples.service;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.batchprocessor.PoolStats;
import io.batchprocessor.Stats;
import io.batchprocessor.examples.service.Activity.CauseCount;
import io.batchprocessor.message.ErrorCode;
import io.batchprocessor.message.JsonField;
import io.batchprocessor.spi.Backlog;
import io.batchprocessor.spi.WaitingMessage;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * What {@code /api/stats} says. Numbers, names and ids: no message's contents, no secret, so it
 * needs no token.
 */
final class SnapshotJson {

  private static final int CAUSES_SHOWN = 12;

  private final String name;
  private final Activity activity;
  private final boolean controls;
  private final boolean payloads;
  private final Instant startedAt = Instant.now();

  SnapshotJson(String name, Activity activity, boolean controls, boolean payloads) {
    this.name = name;
    this.activity = activity;
    this.controls = controls;
    this.payloads = payloads;
  }

  ObjectNode of(
      long sequence,
      Instant time,
      Stats stats,
      Sampler.Rates rates,
      boolean paused,
      List<PoolStats> pools,
      BrokerLook.Seen seen,
      double[] sample) {
    ObjectNode json = JsonNodeFactory.instance.objectNode();
    json.put("name", name);
    json.put("sequence", sequence);
    json.put("time", time.toString());
    json.put("uptimeSeconds", Duration.between(startedAt, time).toSeconds());
    json.put("state", stats.state().toString());
    json.put("paused", paused);
    json.put("healthy", seen.health().healthy());
    json.put("health", seen.health().detail());
    counters(json, stats);
    ObjectNode perSecond = json.putObject("perSecond");
    perSecond.put("succeeded", tenths(rates.succeeded()));
    perSecond.put("failed", tenths(rates.failed()));
    perSecond.put("shed", tenths(rates.shed()));
    json.set("sample", History.row(sample));
    LiveSignal.of(pools)
        .ifPresentOrElse(signal -> json.put("signal", signal.name()), () -> json.putNull("signal"));
    ArrayNode poolArray = json.putArray("pools");
    pools.forEach(pool -> pool(poolArray.addObject(), pool));
    broker(json, seen);
    margin(json.putObject("deadlineMargin"));
    ArrayNode causes = json.putArray("causes");
    activity.causes().stream()
        .limit(CAUSES_SHOWN)
        .forEach(cause -> cause(causes.addObject(), cause));
    json.put("controls", controls);
    json.put("payloads", payloads);
    return json;
  }

  private static void counters(ObjectNode json, Stats stats) {
    json.put("received", stats.received());
    json.put("dispatched", stats.dispatched());
    json.put("shed", stats.shed());
    json.put("succeeded", stats.succeeded());
    json.put("failed", stats.failed());
    ObjectNode errors = json.putObject("errors");
    for (ErrorCode code : ErrorCode.values()) {
      errors.put(code.toString(), stats.errors(code));
    }
    json.put("retried", stats.retried());
    json.put("waitingForRetry", stats.waitingForRetry());
    json.put("released", stats.released());
    json.put("leasesLost", stats.leasesLost());
    json.put("deadLettered", stats.deadLettered());
    json.put("brokerFailures", stats.brokerFailures());
    json.put("userCodeFailures", stats.userCodeFailures());
    json.put("inFlight", stats.inFlight());
    json.put("buffered", stats.buffered());
    json.put("settling", stats.settling());
  }

  private static void pool(ObjectNode json, PoolStats pool) {
    json.put("name", pool.name());
    ArrayNode queues = json.putArray("queues");
    pool.queues().forEach(queues::add);
    json.put("inFlight", pool.inFlight());
    json.put("limit", pool.limit());
    json.put("concurrency", pool.concurrency());
    json.put("gate", pool.gate());
    number(json, "budget", pool.budget());
    ObjectNode measurements = json.putObject("measurements");
    for (Map.Entry<String, Double> one : new TreeMap<>(pool.measurements()).entrySet()) {
      number(measurements, one.getKey(), one.getValue());
    }
  }

  private static void broker(ObjectNode json, BrokerLook.Seen seen) {
    seen.backlogs()
        .ifPresentOrElse(
            backlogs -> {
              ArrayNode queues = json.putArray("queues");
              for (Backlog backlog : backlogs) {
                ObjectNode queue = queues.addObject();
                queue.put("queue", backlog.queue());
                queue.put("retry", backlog.queue().equals(seen.retryQueue()));
                queue.put("waiting", backlog.waiting());
                queue.put("leased", backlog.leased());
                backlog
                    .oldest()
                    .ifPresentOrElse(
                        age -> queue.put("oldestSeconds", tenths(age.toMillis() / 1e3)),
                        () -> queue.putNull("oldestSeconds"));
              }
            },
            () -> json.putNull("queues"));
    seen.retries()
        .ifPresentOrElse(
            retries -> {
              ArrayNode next = json.putArray("retries");
              for (WaitingMessage retry : retries) {
                ObjectNode one = next.addObject();
                one.put("id", JsonField.text(retry.body(), "id").orElse(""));
                one.put("queue", retry.queue());
                one.put("attempt", retry.attempt());
                retry
                    .due()
                    .ifPresentOrElse(
                        due -> one.put("dueAt", due.toString()), () -> one.putNull("dueAt"));
              }
            },
            () -> json.putNull("retries"));
  }

  private void margin(ObjectNode json) {
    Margins.Summary margins = activity.margins().summary();
    json.put("inTime", margins.count());
    json.put("late", margins.late());
    if (margins.count() == 0) {
      json.putNull("leastSeconds");
      json.putNull("medianSeconds");
    } else {
      json.put("leastSeconds", tenths(margins.leastMillis() / 1e3));
      json.put("medianSeconds", tenths(margins.medianMillis() / 1e3));
    }
  }

  private static void cause(ObjectNode json, CauseCount cause) {
    json.put("cause", cause.cause());
    json.put("ended", cause.ended());
    json.put("count", cause.count());
    json.put("lastId", cause.lastId());
    json.put("lastAt", cause.lastAt().toString());
  }

  private static void number(ObjectNode json, String name, double value) {
    if (Double.isFinite(value)) {
      json.put(name, value);
    } else {
      json.putNull(name);
    }
  }

  private static double tenths(double value) {
    return Math.round(value * 10) / 10.0;
  }
}
