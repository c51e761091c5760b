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

  private static final List<Setting<?>> ALL = List.of(CONFIG, INPUT, OUTPUT, DEADLINE);

  private ProgramSettings() {}

  static List<Setting<?>> all() {
    return ALL;
  }
}
