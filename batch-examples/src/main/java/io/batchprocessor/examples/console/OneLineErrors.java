package io.batchprocessor.examples.console;

import picocli.CommandLine;

/** Makes a command tell what is wrong in one line of standard error, and by its exit code. */
public final class OneLineErrors {

  private OneLineErrors() {}

  /**
   * Exit code 2 for what the user wrote, parsed or refused later with an {@link
   * IllegalArgumentException}; 1 for everything else.
   */
  public static CommandLine of(CommandLine command) {
    return command
        .setParameterExceptionHandler(
            (e, args) -> {
              tell(e.getCommandLine(), e.getMessage() + "; see --help");
              return CommandLine.ExitCode.USAGE;
            })
        .setExecutionExceptionHandler(
            (e, failed, parsed) -> {
              tell(failed, String.valueOf(e.getMessage()));
              return e instanceof IllegalArgumentException
                  ? CommandLine.ExitCode.USAGE
                  : CommandLine.ExitCode.SOFTWARE;
            });
  }

  private static void tell(CommandLine command, String what) {
    command.getErr().println(command.getCommandName() + ": " + what);
  }
}
