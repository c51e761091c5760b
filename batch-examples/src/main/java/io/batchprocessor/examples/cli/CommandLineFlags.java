package io.batchprocessor.examples.cli;

import io.batchprocessor.spi.InvalidSettingsException;
import io.batchprocessor.spi.Setting;
import io.batchprocessor.spi.Settings;
import java.io.PrintStream;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import picocli.CommandLine;
import picocli.CommandLine.Help.Ansi;
import picocli.CommandLine.MissingParameterException;
import picocli.CommandLine.Model.ArgGroupSpec;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;
import picocli.CommandLine.UnmatchedArgumentException;

/** A flag for each setting, with the help text that lists them. */
final class CommandLineFlags {

  private static final int COLUMNS = 100;
  private static final int FLAG_COLUMNS = 38;
  private static final int SUGGESTIONS = 3;
  private static final String HELP = "--help";
  private static final String VERSION = "--version";

  private final KnownSettings known;
  private final CommandLine commandLine;

  CommandLineFlags(KnownSettings known) {
    this(known, CommandSpec.create());
  }

  /**
   * The same with more.
   *
   * @param spec what there is beside the settings
   */
  CommandLineFlags(KnownSettings known, CommandSpec spec) {
    this.known = known;
    spec.name("batch-examples.jar");
    spec.usageMessage()
        .width(COLUMNS)
        .longOptionsMaxWidth(FLAG_COLUMNS)
        .sortOptions(false)
        .customSynopsis(HelpText.SYNOPSIS)
        .description(HelpText.DESCRIPTION)
        .footer(HelpText.FOOTER);
    spec.addOption(
        OptionSpec.builder("-h", HELP).usageHelp(true).description("Show this text.").build());
    spec.addOption(
        OptionSpec.builder("-V", VERSION)
            .versionHelp(true)
            .description("Show the version.")
            .build());
    for (KnownSettings.Section section : known.sections()) {
      spec.addArgGroup(group(section));
    }
    commandLine = new CommandLine(spec).setExpandAtFiles(false).setInterpolateVariables(false);
  }

  /** What the flags say. */
  record Parsed(
      Map<String, String> values, boolean wantsHelp, boolean wantsVersion, ParseResult all) {}

  /**
   * Reads flags.
   *
   * @throws InvalidSettingsException if one is unknown, or has no value, or comes twice
   */
  Parsed parse(String... arguments) {
    try {
      ParseResult result = commandLine.parseArgs(arguments);
      Map<String, String> values = new LinkedHashMap<>();
      for (Setting<?> setting : known.all()) {
        String flag = KnownSettings.flags(setting).get(0);
        if (result.hasMatchedOption(flag)) {
          values.put(setting.key(), only(flag, result.matchedOptionValue(flag, List.of())));
        }
      }
      return new Parsed(
          values, result.isUsageHelpRequested(), result.isVersionHelpRequested(), result);
    } catch (UnmatchedArgumentException e) {
      throw new InvalidSettingsException(
          e.getUnmatched().stream().limit(1).map(this::unknown).toList());
    } catch (MissingParameterException e) {
      throw new InvalidSettingsException(
          e.getMissing().stream().limit(1).map(CommandLineFlags::withoutValue).toList());
    } catch (ParameterException e) {
      throw new InvalidSettingsException(String.valueOf(e.getMessage()));
    }
  }

  void printHelp(PrintStream out) {
    commandLine.usage(out, Ansi.OFF);
  }

  private String unknown(String argument) {
    if (!argument.startsWith("-")) {
      return "'%s' belongs to no flag; flags are written --name value or --name=value, see --help"
          .formatted(argument);
    }
    int equals = argument.indexOf('=');
    String flag = equals < 0 ? argument : argument.substring(0, equals);
    List<String> flags = new ArrayList<>(List.of(HELP, VERSION));
    known.all().forEach(setting -> flags.addAll(KnownSettings.flags(setting)));
    List<String> nearest = Settings.nearest(flag, flags).subList(0, SUGGESTIONS);
    return "unknown flag %s; nearest: %s; --help lists all"
        .formatted(flag, String.join(", ", nearest));
  }

  private static String only(String flag, List<String> values) {
    if (values.size() != 1) {
      throw new InvalidSettingsException(
          "%s is given %d times; give it once".formatted(flag, values.size()));
    }
    return values.get(0);
  }

  private static String withoutValue(CommandLine.Model.ArgSpec missing) {
    return "%s needs a value: %s"
        .formatted(((OptionSpec) missing).longestName(), missing.paramLabel());
  }

  private static ArgGroupSpec group(KnownSettings.Section section) {
    ArgGroupSpec.Builder group =
        ArgGroupSpec.builder().heading("%n" + section.title() + "%n").validate(false);
    section.settings().forEach(setting -> group.addArg(option(setting)));
    return group.build();
  }

  private static OptionSpec option(Setting<?> setting) {
    return OptionSpec.builder(KnownSettings.flags(setting).toArray(String[]::new))
        .paramLabel(HelpText.label(setting))
        .arity("1")
        // A list, so that a flag that is given twice is seen.
        .type(List.class)
        .auxiliaryTypes(String.class)
        .description(HelpText.describe(setting))
        .build();
  }
}
