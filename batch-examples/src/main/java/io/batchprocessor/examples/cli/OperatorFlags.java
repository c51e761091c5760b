package io.batchprocessor.examples.cli;

import io.batchprocessor.spi.InvalidSettingsException;
import java.util.List;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Model.PositionalParamSpec;
import picocli.CommandLine.ParseResult;

/**
 * What operators' commands know beside the settings.
 *
 * @param words the command and what it is about
 * @param json whether to write a JSON object a line
 * @param follow whether to go on until stopped
 * @param all whether it is about everything there is
 * @param bodies whether to show what messages say
 * @param max the most to show
 * @param queue the request queue that is meant; empty: the first
 * @param from the line of a file to begin with
 */
record OperatorFlags(
    List<String> words,
    boolean json,
    boolean follow,
    boolean all,
    boolean bodies,
    int max,
    String queue,
    int from) {

  private static final int DEFAULT_MAX = 10;

  static CommandSpec spec() {
    CommandSpec spec = CommandSpec.create();
    spec.addPositional(
        PositionalParamSpec.builder()
            .index("0..*")
            .paramLabel("COMMAND")
            .type(List.class)
            .auxiliaryTypes(String.class)
            .hidden(true)
            .build());
    spec.addOption(flag("--json", "Write a JSON object a line."));
    spec.addOption(flag("--follow", "Go on until stopped (results)."));
    spec.addOption(flag("--all", "All of them (dead-letters retry, drop)."));
    spec.addOption(flag("--bodies", "Show what messages say, too (peek, list)."));
    spec.addOption(
        OptionSpec.builder("--max")
            .paramLabel("<integer>")
            .type(Integer.class)
            .description("The most to show or take, default " + DEFAULT_MAX + ".")
            .build());
    spec.addOption(
        OptionSpec.builder("--queue")
            .paramLabel("<text>")
            .type(String.class)
            .description("The request queue (submit), default the first.")
            .build());
    spec.addOption(
        OptionSpec.builder("--from")
            .paramLabel("<integer>")
            .type(Integer.class)
            .description("The line to begin with (submit), default 1: throughLine + 1 of the last.")
            .build());
    return spec;
  }

  static OperatorFlags of(ParseResult parsed) {
    return new OperatorFlags(
        List.copyOf(parsed.matchedPositionalValue(0, List.<String>of())),
        parsed.hasMatchedOption("--json"),
        parsed.hasMatchedOption("--follow"),
        parsed.hasMatchedOption("--all"),
        parsed.hasMatchedOption("--bodies"),
        parsed.matchedOptionValue("--max", DEFAULT_MAX),
        parsed.matchedOptionValue("--queue", ""),
        line(parsed.matchedOptionValue("--from", 1)));
  }

  private static int line(int number) {
    if (number < 1) {
      throw new InvalidSettingsException("--from=%d: must be >= 1".formatted(number));
    }
    return number;
  }

  /** The words after the command's own. */
  List<String> about(int words) {
    return this.words.subList(Math.min(words, this.words.size()), this.words.size());
  }

  private static OptionSpec flag(String name, String description) {
    return OptionSpec.builder(name).arity("0").type(Boolean.class).description(description).build();
  }
}
