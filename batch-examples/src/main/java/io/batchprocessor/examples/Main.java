package io.batchprocessor.examples;

import io.batchprocessor.examples.cli.BatchCommand;

/**
 * The batch processor as a program: without arguments a demonstration, with a broker a server, with
 * {@code --input} and {@code --output} a file through a gateway. {@code --help} says how.
 */
public final class Main {

  private Main() {}

  /** Runs what the arguments ask for; the exit code is 0 where all went well. */
  public static void main(String[] args) {
    int exitCode = new BatchCommand(System.getenv(), System.out, System.err).run(args);
    if (exitCode != 0) {
      System.exit(exitCode);
    }
  }
}
