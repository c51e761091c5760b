package io.batchprocessor.examples.cli;

import io.batchprocessor.BatchProcessorBuilder;
import io.batchprocessor.ProcessorSettings;
import io.batchprocessor.spi.Cancellation;
import io.batchprocessor.spi.InvalidSettingsException;
import io.batchprocessor.spi.Transport;
import java.io.IOException;
import java.io.PrintStream;
import java.util.List;
import java.util.Set;

/**
 * What operators do from a shell: look into queues, go through dead letters, cancel, submit, read
 * results. It needs a broker and no processor; pausing needs the processor, by its status page.
 */
final class OperatorCommand {

  static final List<String> COMMANDS =
      List.of(
          "queue stats|peek [QUEUE]|pause|resume",
          "dead-letters list|retry KEY...|drop KEY...",
          "cancel ID...",
          "submit FILE [--from LINE]   (- for standard input)",
          "results [--follow]");

  private static final Set<String> FIRST_WORDS =
      Set.of("queue", "dead-letters", "cancel", "submit", "results");

  private final Configuration configuration;
  private final OperatorFlags flags;
  private final PrintStream out;

  OperatorCommand(Configuration configuration, OperatorFlags flags, PrintStream out) {
    this.configuration = configuration;
    this.flags = flags;
    this.out = out;
  }

  /** Whether the arguments are such a command. */
  static boolean isMeant(String... arguments) {
    return arguments.length > 0 && FIRST_WORDS.contains(arguments[0]);
  }

  /**
   * Does it.
   *
   * @return whether all of it was done
   * @throws InvalidSettingsException if there is no such command, or the transport can't do it
   */
  boolean run() throws IOException, InterruptedException {
    LogLevels.onlyErrors();
    String command = String.join(" ", flags.words().subList(0, Math.min(2, flags.words().size())));
    if (command.equals("queue pause") || command.equals("queue resume")) {
      String page = new RemoteControl(configuration).act(flags.words().get(1));
      out.println(flags.json() ? "{\"done\":true}" : "done by the processor at " + page);
      out.flush();
      return true;
    }
    try (Transport transport = open()) {
      return run(command, new Table(out, flags.json()), transport);
    }
  }

  private boolean run(String command, Table table, Transport transport)
      throws IOException, InterruptedException {
    switch (command) {
      case "queue stats" -> {
        new QueueOperations(transport, table).stats();
        return true;
      }
      case "dead-letters list" -> {
        new DeadLetterOperations(transport, table).list(flags.max(), flags.bodies());
        return true;
      }
      case "dead-letters retry", "dead-letters drop" -> {
        DeadLetterOperations letters = new DeadLetterOperations(transport, table);
        List<String> keys = flags.all() ? letters.keys() : needed("KEY", 2);
        return letters.each(keys, command.endsWith("retry"));
      }
      default -> {}
    }
    if (command.equals("queue peek")) {
      String queue =
          flags.about(2).stream()
              .findFirst()
              .orElseGet(() -> transport.requestQueues().get(0).name());
      new QueueOperations(transport, table).peek(queue, flags.max(), flags.bodies());
      return true;
    }
    return switch (flags.words().get(0)) {
      case "cancel" -> cancel(transport, table);
      case "submit" ->
          new MessageOperations(transport, table, out)
              .submit(needed("FILE", 1).get(0), flags.queue(), flags.from());
      case "results" -> {
        new MessageOperations(transport, table, out).results(flags.max(), flags.follow());
        yield true;
      }
      default ->
          throw new InvalidSettingsException(
              "no command '%s'; there are: %s".formatted(command, String.join("; ", COMMANDS)));
    };
  }

  private boolean cancel(Transport transport, Table table) {
    Cancellation cancellation = Table.need(Cancellation.class, transport, "cancel by id");
    for (String id : needed("ID", 1)) {
      cancellation.cancel(id);
      table.row("id", id, "cancelled", "asked for");
    }
    return true;
  }

  private List<String> needed(String what, int words) {
    List<String> about = flags.about(words);
    if (about.isEmpty()) {
      throw new InvalidSettingsException(
          "%s needs %s".formatted(String.join(" ", flags.words()), what));
    }
    return about;
  }

  private Transport open() {
    if (configuration
        .find(ProcessorSettings.MESSAGE_QUEUE_IMPL)
        .map("memory"::equals)
        .orElse(true)) {
      throw new InvalidSettingsException(
          "a queue in memory is seen by its own process only; name a broker with"
              + " --message-queue-impl");
    }
    BatchProcessorBuilder builder = configuration.processor();
    return builder.openTransport();
  }
}
