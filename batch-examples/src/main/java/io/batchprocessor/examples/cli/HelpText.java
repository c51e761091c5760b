package io.batchprocessor.examples.cli;

import io.batchprocessor.spi.Setting;

/** The words of {@code --help}. Terminals of any character set show them: ASCII only. */
final class HelpText {

  static final String SYNOPSIS = "java -jar batch-examples.jar [--name value | --name=value]...";

  static final String[] DESCRIPTION = {
    "",
    "Sends requests that can wait to an inference gateway, retries what it sheds until each",
    "request's deadline, and writes one result for each.",
    "",
    "  without flags                        a demonstration, all in one process",
    "  --input F --output F --endpoint U    a file of requests through a gateway; stopped at any",
    "                                       moment, the same command goes on where it was",
    "  --message-queue-impl X --endpoint U  serves the queues of a broker until SIGTERM or SIGINT,",
    "                                       then drains; a second signal stops it at once",
    "",
    "Commands for operators, with the settings of the broker and --json for programs:",
    "  queue stats, queue peek [QUEUE], queue pause, queue resume",
    "  dead-letters list, dead-letters retry KEY..., dead-letters drop KEY... (or --all)",
    "  cancel ID..., submit FILE [--from LINE], results [--follow]",
    "results takes them out of the queue, 20 at a time: where its output breaks, those are lost.",
    ""
  };

  static final String[] FOOTER = {
    "",
    "Each setting can also be an environment variable, BATCH_ and the name in upper case with '_' for",
    "'.' and '-' (BATCH_CONCURRENCY, BATCH_INFERENCE_OBJECTIVE, BATCH_REDIS_URL), or a key in the",
    "file that --config names. A flag wins over the environment, the environment over the file, the",
    "file over the default. Secrets are best kept out of flags, which other users can see.",
    "",
    "Exit codes: 0 all done, or drained after a signal; 1 failed, the broker could not be reached;",
    "2 a wrong flag or setting, or a transport that can't do what is asked; 3 stopped while requests",
    "of --input had no result yet."
  };

  private HelpText() {}

  /** What stands for a value after its flag. */
  static String label(Setting<?> setting) {
    String type = setting.type();
    int end = type.indexOf(' ');
    String first = end < 0 ? type : type.substring(0, end);
    return "<" + (first.indexOf('|') < 0 || first.equals("true|false") ? first : "choice") + ">";
  }

  /** Meaning, type with its bound, default. */
  static String describe(Setting<?> setting) {
    String type = ascii(setting.type());
    String facts = setting.defaultText().map(text -> type + ", default " + text).orElse(type);
    return escape(setting.description() + " [" + facts + "]");
  }

  /** Bounds in signs that every terminal has. */
  static String ascii(String text) {
    return text.replace("\u2265", ">=").replace("\u2264", "<=");
  }

  /** Picocli formats descriptions. */
  private static String escape(String text) {
    return text.replace("%", "%%").replace("@|", "@ |");
  }
}
