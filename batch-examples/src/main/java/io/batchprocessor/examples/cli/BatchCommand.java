package io.batchprocessor.examples.cli;

import io.batchprocessor.BatchProcessor;
import io.batchprocessor.BatchProcessorBuilder;
import io.batchprocessor.ProcessorSettings;
import io.batchprocessor.examples.demo.Demo;
import io.batchprocessor.examples.files.FileRun;
import io.batchprocessor.spi.InvalidSettingsException;
import io.batchprocessor.spi.Setting;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The program: finds out what is wanted, does it, and tells how it went by its exit code. */
public final class BatchCommand {

  private static final Logger LOG = LoggerFactory.getLogger(BatchCommand.class);

  private static final int OK = 0;
  private static final int FAILED = 1;
  private static final int WRONG_SETTINGS = 2;
  private static final int WORK_LEFT = 3;
  private static final int INTERRUPTED = 130;

  private static final String MEMORY = "memory";
  private static final String QUEUES = "queues";

  private final Map<String, String> environment;
  private final PrintStream out;
  private final PrintStream err;

  /**
   * A program in its surroundings.
   *
   * @param environment variables, as {@link System#getenv()} has them
   * @param out where results and progress go
   * @param err where faults go, a line each
   */
  public BatchCommand(Map<String, String> environment, PrintStream out, PrintStream err) {
    this.environment = Map.copyOf(environment);
    this.out = out;
    this.err = err;
  }

  /** Runs, and returns the exit code. */
  public int run(String... arguments) {
    try {
      KnownSettings known = KnownSettings.find();
      CommandLineFlags flags = new CommandLineFlags(known);
      CommandLineFlags.Parsed parsed = flags.parse(arguments);
      if (parsed.wantsHelp()) {
        flags.printHelp(out);
        return OK;
      }
      if (parsed.wantsVersion()) {
        out.println(Version.text());
        return OK;
      }
      List<String> unknown = known.unknownVariables(environment.keySet());
      if (!unknown.isEmpty()) {
        LOG.warn("environment variables that are no settings: {}", String.join(", ", unknown));
      }
      return run(Configuration.of(known, parsed.values(), environment));
    } catch (InvalidSettingsException e) {
      e.problems().forEach(this::complain);
      return WRONG_SETTINGS;
    } catch (InterruptedException e) {
      return INTERRUPTED;
    } catch (IOException | RuntimeException e) {
      LOG.debug("failed", e);
      complain(reason(e));
      return FAILED;
    }
  }

  private int run(Configuration configuration) throws IOException, InterruptedException {
    if (configuration.names(ProgramSettings.INPUT.key())
        || configuration.names(ProgramSettings.OUTPUT.key())) {
      return answerFile(configuration);
    }
    boolean memory =
        configuration.find(ProcessorSettings.MESSAGE_QUEUE_IMPL).map(MEMORY::equals).orElse(true);
    if (memory
        && !configuration.names(ProcessorSettings.ENDPOINT.key())
        && !configuration.names(QUEUES)) {
      return demonstrate(configuration);
    }
    if (memory) {
      throw new InvalidSettingsException(
          "nothing to do: a queue in memory has no requests but this process's own; name a broker"
              + " with --message-queue-impl, or files with --input and --output; without --endpoint"
              + " a demonstration runs");
    }
    try (BatchProcessor processor = configuration.processor().build()) {
      new Server(processor).run();
    }
    return OK;
  }

  private int answerFile(Configuration configuration) throws InterruptedException {
    LogLevels.onlyWarnings();
    BatchProcessorBuilder builder = configuration.processor();
    FileRun run =
        new FileRun(
            path(configuration, ProgramSettings.INPUT),
            path(configuration, ProgramSettings.OUTPUT),
            configuration.find(ProgramSettings.DEADLINE).orElseThrow(),
            configuration.find(ProcessorSettings.MAX_MESSAGE_BYTES).orElseThrow(),
            out);
    return run.run(builder) ? OK : WORK_LEFT;
  }

  private static Path path(Configuration configuration, Setting<String> setting) {
    return configuration
        .find(setting)
        .map(Path::of)
        .orElseThrow(
            () ->
                new InvalidSettingsException(
                    "%s is missing: --input and --output belong together"
                        .formatted(setting.key())));
  }

  private int demonstrate(Configuration configuration) throws IOException, InterruptedException {
    LogLevels.onlyWarnings();
    BatchProcessorBuilder builder = BatchProcessor.builder();
    Demo.preset(builder);
    configuration.applyTo(builder);
    new Demo(out).run(builder);
    return OK;
  }

  private void complain(String problem) {
    err.println("batch-examples: " + HelpText.ascii(problem).replaceAll("\\s*\\R\\s*", " "));
  }

  /** Messages say what to do; an exception without one can only be named. */
  private static String reason(Exception failure) {
    String message = failure.getMessage();
    return message == null ? failure.toString() : message;
  }
}
