package io.batchprocessor.examples.cli;

import io.batchprocessor.spi.Setting;
import java.time.Duration;
import java.util.List;

/** Settings of the program around the processor. */
final class ProgramSettings {

  static final Setting<String> CONFIG =
      Setting.string(
          "config", "JSON file with any of these settings, and the arrays 'queues' and 'pools'");

  static final Setting<String> INPUT =
      Setting.string(
          "input",
          "file of requests to answer, one JSON object a line, as the queues have them or in the"
              + " OpenAI Batch format; needs output and endpoint");

  static final Setting<String> OUTPUT =
      Setting.string(
          "output",
          "file that the results are added to, in the order in which they come; the same command"
              + " goes on where it was stopped");

  static final Setting<Duration> DEADLINE =
      Setting.duration(
              "deadline",
              "how long lines of the input that have no deadline, those in the OpenAI Batch format,"
                  + " may take from the start of the program")
          .where("> 0", value -> !value.isNegative() && !value.isZero())
          .withDefault("24h");

  static final Setting<Integer> HTTP_PORT =
      Setting.integer(
              "http.port",
              "port of health, metrics and the status page, while it serves queues; 0: any that is"
                  + " free; default: none of these")
          .where("from 0 to 65535", value -> value >= 0 && value <= 65_535);

  static final Setting<String> HTTP_HOST =
      Setting.string("http.host", "address that they are served on; 0.0.0.0 for every one there is")
          .withDefault("127.0.0.1");

  static final Setting<List<String>> HTTP_NAMES =
      Setting.list(
              "http.names",
              "hosts that it may be asked for besides localhost and addresses, as a proxy passes them"
                  + " on; default: on a loopback address no other, else any")
          .where(
              "names without a port",
              names -> names.stream().noneMatch(name -> name.isEmpty() || name.contains(":")));

  static final Setting<String> HTTP_TOKEN =
      Setting.secret(
          "http.token",
          "whoever sends it may pause, limit, cancel and look at dead letters; default: nobody may");

  static final Setting<String> HTTP_TOKEN_FILE =
      Setting.string("http.token-file", "a file whose first line is the token");

  static final Setting<Boolean> HTTP_PAYLOADS =
      Setting.flag("http.payloads", "whether they may also read what dead letters say")
          .withDefault("false");

  static final Setting<LogFormat> LOG_FORMAT =
      Setting.choice(
              "log.format",
              LogFormat.class,
              "how the log is written: for people, or a JSON object a line")
          .withDefault("text");

  private static final List<Setting<?>> ALL =
      List.of(
          CONFIG,
          INPUT,
          OUTPUT,
          DEADLINE,
          HTTP_PORT,
          HTTP_HOST,
          HTTP_NAMES,
          HTTP_TOKEN,
          HTTP_TOKEN_FILE,
          HTTP_PAYLOADS,
          LOG_FORMAT);

  private ProgramSettings() {}

  static List<Setting<?>> all() {
    return ALL;
  }
}
