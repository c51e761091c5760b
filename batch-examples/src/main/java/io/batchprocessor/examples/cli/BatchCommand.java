package io.batchprocessor.examples.cli;

import io.batchprocessor.BatchProcessor;
import io.batchprocessor.BatchProcessorBuilder;
import io.batchprocessor.ProcessorSettings;
import io.batchprocessor.examples.demo.Demo;
import io.batchprocessor.examples.files.FileRun;
import io.batchprocessor.examples.service.HttpOptions;
import io.batchprocessor.examples.service.Observation;
import io.batchprocessor.spi.InvalidSettingsException;
import io.batchprocessor.spi.Setting;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
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
      boolean operator = OperatorCommand.isMeant(arguments);
      CommandLineFlags flags =
          operator
              ? new CommandLineFlags(known, OperatorFlags.spec())
              : new CommandLineFlags(known);
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
      Configuration configuration = Configuration.of(known, parsed.values(), environment);
      configuration.find(ProgramSettings.LOG_FORMAT).orElseThrow().apply();
      if (operator) {
        OperatorFlags wanted = OperatorFlags.of(parsed.all());
        // What messages say is UTF-8, whatever the terminal's character set.
        PrintStream utf8 = new PrintStream(out, false, StandardCharsets.UTF_8);
        return new OperatorCommand(configuration, wanted, utf8).run() ? OK : FAILED;
      }
      return run(configuration);
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
      refuseHttp(configuration);
      return answerFile(configuration);
    }
    boolean memory =
        configuration.find(ProcessorSettings.MESSAGE_QUEUE_IMPL).map(MEMORY::equals).orElse(true);
    if (memory
        && !configuration.names(ProcessorSettings.ENDPOINT.key())
        && !configuration.names(QUEUES)) {
      refuseHttp(configuration);
      return demonstrate(configuration);
    }
    if (memory) {
      throw new InvalidSettingsException(
          "nothing to do: a queue in memory has no requests but this process's own; name a broker"
              + " with --message-queue-impl, or files with --input and --output; without --endpoint"
              + " a demonstration runs");
    }
    return serve(configuration);
  }

  private static int serve(Configuration configuration) throws InterruptedException {
    Optional<HttpOptions> http = configuration.http();
    Observation observation = new Observation();
    BatchProcessorBuilder builder = configuration.processor().listener(new OutcomeLog());
    if (http.isPresent()) {
      observation.addTo(builder);
    }
    try (BatchProcessor processor = builder.build()) {
      new Server(processor).run(() -> http.map(options -> observation.serve(options, processor)));
    }
    return OK;
  }

  /**
   * A setting without effect is a mistake that should be told, but for a variable: an image sets it
   * for whatever is run in it.
   */
  private static void refuseHttp(Configuration configuration) {
    if (configuration.namesOutsideEnvironment(ProgramSettings.HTTP_PORT.key())) {
      throw new InvalidSettingsException(
          "http.port is for serving the queues of a broker: name one with --message-queue-impl");
    }
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
