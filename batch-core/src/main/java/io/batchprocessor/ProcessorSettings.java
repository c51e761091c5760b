package io.batchprocessor;

import io.batchprocessor.spi.Setting;
import java.net.URI;
import java.time.Duration;
import java.util.List;

/**
 * The processor's own settings, as configuration files, flags and environment variables know them;
 * those of transports, policies and clients are their providers'.
 */
public final class ProcessorSettings {

  /** Begins the names of the processor's threads. */
  public static final Setting<String> NAME =
      Setting.string("name", "begins the names of the processor's threads, and names it in logs")
          .withDefault("batch");

  /** Where requests are POSTed to. */
  public static final Setting<URI> ENDPOINT =
      Setting.uri("endpoint", "full URL that requests are POSTed to")
          .where("http or https", ProcessorSettings::isHttp);

  /** The most requests in flight. */
  public static final Setting<Integer> CONCURRENCY =
      Setting.integer("concurrency", "the most requests in flight")
          .where("≥ 1", value -> value >= 1)
          .withDefault("8");

  /** Messages taken from the broker in advance. */
  public static final Setting<Integer> BUFFER =
      Setting.integer(
              "buffer",
              "messages of a queue that are taken from the broker in advance; default: as many as"
                  + " concurrency")
          .where("≥ 1", value -> value >= 1);

  /** The objective header. */
  public static final Setting<String> INFERENCE_OBJECTIVE =
      Setting.string(
          "inferenceObjective",
          "sent as x-gateway-inference-objective, by which the gateway tells batch from live traffic");

  /** Which queue goes next. */
  public static final Setting<String> MERGE_POLICY =
      Setting.string("request-merge-policy", "picks the queue that goes next")
          .withDefault("random-robin");

  /** Which transport. */
  public static final Setting<String> MESSAGE_QUEUE_IMPL =
      Setting.string("message-queue-impl", "the transport that requests come from")
          .withDefault("memory");

  /** How long to wait between attempts. */
  public static final Setting<String> BACKOFF =
      Setting.string("backoff", "how long to wait between attempts").withDefault("exponential");

  /** Which HTTP client. */
  public static final Setting<String> HTTP_CLIENT =
      Setting.string(
          "http-client",
          "how to talk to the gateway; default: the fastest that is on the class path");

  /** Who is told. */
  public static final Setting<List<String>> LISTENERS =
      Setting.list("listeners", "ids of listeners to tell of every transition");

  /** The dispatch gate. */
  public static final Setting<String> GATE =
      Setting.string(
          "gate",
          "decides whether one more request may go: an id, or in the file an object with a type;"
              + " default: only concurrency does");

  /** What is made of each body. */
  public static final Setting<List<String>> TRANSFORMS =
      Setting.list(
          "transforms",
          "rewrite what is sent, one after another: ids, or in the file objects with a type");

  /** The longest exchange. */
  public static final Setting<Duration> REQUEST_TIMEOUT =
      Setting.duration(
              "request-timeout",
              "how long one attempt may take; the request's deadline ends it earlier")
          .where("> 0", ProcessorSettings::isPositive)
          .withDefault("5m");

  /** The longest connect. */
  public static final Setting<Duration> CONNECT_TIMEOUT =
      Setting.duration("connect-timeout", "how long a connection to the gateway may take to open")
          .where("> 0", ProcessorSettings::isPositive)
          .withDefault("10s");

  /** The most attempts. */
  public static final Setting<Integer> MAX_ATTEMPTS =
      Setting.integer("max-attempts", "the most attempts at a request; default: until its deadline")
          .where("≥ 1", value -> value >= 1);

  /** The most deliveries. */
  public static final Setting<Integer> MAX_DELIVERIES =
      Setting.integer(
              "max-deliveries",
              "a request handed out more often than this without being settled ends as ABANDONED")
          .where("≥ 1", value -> value >= 1)
          .withDefault("5");

  /** The largest message. */
  public static final Setting<Integer> MAX_MESSAGE_BYTES =
      Setting.bytes("max-message-bytes", "the largest request message")
          .where("≥ 1", value -> value >= 1)
          .withDefault("10MiB");

  /** The largest answer. */
  public static final Setting<Integer> MAX_RESPONSE_BYTES =
      Setting.bytes("max-response-bytes", "the largest answer of the gateway")
          .where("≥ 1", value -> value >= 1)
          .withDefault("64MiB");

  /** How long close waits. */
  public static final Setting<Duration> DRAIN_TIMEOUT =
      Setting.duration("drain-timeout", "how long what is in flight may take to finish at close")
          .withDefault("30s");

  /** The secret for the gateway. */
  public static final Setting<String> AUTHORIZATION =
      Setting.secret(
          "authorization",
          "value of the Authorization header; better an environment variable than a flag");

  /** The file with that secret. */
  public static final Setting<String> AUTHORIZATION_FILE =
      Setting.string(
          "authorization-file",
          "file that holds the value of the Authorization header; read again when it changes");

  private static final List<Setting<?>> ALL =
      List.of(
          ENDPOINT,
          CONCURRENCY,
          INFERENCE_OBJECTIVE,
          MERGE_POLICY,
          MESSAGE_QUEUE_IMPL,
          BACKOFF,
          BUFFER,
          REQUEST_TIMEOUT,
          CONNECT_TIMEOUT,
          MAX_ATTEMPTS,
          MAX_DELIVERIES,
          MAX_MESSAGE_BYTES,
          MAX_RESPONSE_BYTES,
          DRAIN_TIMEOUT,
          AUTHORIZATION,
          AUTHORIZATION_FILE,
          HTTP_CLIENT,
          GATE,
          TRANSFORMS,
          LISTENERS,
          NAME);

  private ProcessorSettings() {}

  /** Every setting, the most used first. */
  public static List<Setting<?>> all() {
    return ALL;
  }

  static boolean isHttp(URI uri) {
    return ("http".equalsIgnoreCase(uri.getScheme()) || "https".equalsIgnoreCase(uri.getScheme()))
        && uri.getHost() != null
        && uri.getFragment() == null
        && uri.getUserInfo() == null;
  }

  private static boolean isPositive(Duration duration) {
    return !duration.isNegative() && !duration.isZero();
  }
}
