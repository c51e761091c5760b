package io.batchprocessor.examples.files;

import io.batchprocessor.BatchProcessor;
import io.batchprocessor.BatchProcessorBuilder;
import io.batchprocessor.examples.console.Progress;
import io.batchprocessor.examples.console.ProgressLine;
import io.batchprocessor.examples.console.StopSignals;
import io.batchprocessor.spi.InvalidSettingsException;
import io.batchprocessor.spi.QueueProvider;
import io.batchprocessor.spi.Settings;
import io.batchprocessor.spi.Transport;
import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Sends the requests of a file through a gateway, until all have a result or a signal comes. */
public final class FileRun {

  private static final Duration LOOK_AGAIN = Duration.ofMillis(100);

  private final Path input;
  private final Path output;
  private final Duration deadline;
  private final int maxMessageBytes;
  private final PrintStream out;

  /**
   * A run.
   *
   * @param deadline how long lines without a deadline may take from its start
   * @param maxMessageBytes the processor's setting of this name
   * @param out where progress goes
   */
  public FileRun(Path input, Path output, Duration deadline, int maxMessageBytes, PrintStream out) {
    this.input = input;
    this.output = output;
    this.deadline = deadline;
    this.maxMessageBytes = maxMessageBytes;
    this.out = out;
  }

  /**
   * Runs.
   *
   * @param builder the processor's settings; the transport is this run's own
   * @return whether every line is dealt with; false if a signal came before
   * @throws InvalidSettingsException if the files or the settings can't be used
   * @throws UncheckedIOException if the files can't be opened
   */
  public boolean run(BatchProcessorBuilder builder) throws InterruptedException {
    checkFiles();
    Opener opener = new Opener();
    long begin = System.nanoTime();
    try (BatchProcessor processor = builder.queueProvider(opener).build()) {
      processor.start();
      await(opener.transport(), processor);
    }
    Duration took = Duration.ofNanos(System.nanoTime() - begin);
    Tally tally = opener.transport().tally();
    new FileSummary(tally, output, took).print(out);
    return tally.done() == tally.total();
  }

  private void await(FileTransport files, BatchProcessor processor) throws InterruptedException {
    StopSignals signals = StopSignals.install();
    boolean finished = false;
    boolean stopped = false;
    try (ProgressLine line = ProgressLine.on(out)) {
      while (!finished && !stopped) {
        finished = files.awaitFinished(LOOK_AGAIN);
        stopped = signals.await(Duration.ZERO);
        line.show(Progress.of(files.tally().done(), files.tally().total(), processor.stats()));
      }
    }
    if (!finished) {
      out.printf(
          "stopping: %d in flight may finish; a second signal stops at once%n",
          processor.stats().inFlight());
    }
  }

  private void checkFiles() {
    List<String> problems = new ArrayList<>();
    if (!Files.isRegularFile(input) || !Files.isReadable(input)) {
      problems.add("input=%s: no such file that can be read".formatted(input));
    }
    Path directory = output.toAbsolutePath().getParent();
    if (Files.isDirectory(output) || directory == null || !Files.isDirectory(directory)) {
      problems.add("output=%s: must be a file in a directory that exists".formatted(output));
    } else if (isSameFile()) {
      problems.add("output=%s: is the input; choose another file".formatted(output));
    }
    if (!problems.isEmpty()) {
      throw new InvalidSettingsException(problems);
    }
  }

  private boolean isSameFile() {
    try {
      return Files.exists(output) && Files.isSameFile(input, output);
    } catch (IOException e) {
      throw new UncheckedIOException("%s can't be read".formatted(output), e);
    }
  }

  /** Opens the files when the processor starts: not before its settings are known to be right. */
  private final class Opener implements QueueProvider {
    private @Nullable FileTransport transport;

    @Override
    public String id() {
      return "files";
    }

    @Override
    public Transport open(Settings settings) {
      FileTransport opened =
          FileTransport.open(input, output, Instant.now().plus(deadline), maxMessageBytes);
      out.printf(
          Locale.ROOT,
          "%s: %d lines, to be answered in %s%n",
          input,
          opened.tally().total(),
          output);
      transport = opened;
      return opened;
    }

    FileTransport transport() {
      if (transport == null) {
        throw new IllegalStateException("not opened yet");
      }
      return transport;
    }
  }
}
