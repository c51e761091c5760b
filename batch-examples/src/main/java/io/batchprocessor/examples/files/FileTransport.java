package io.batchprocessor.examples.files;

import io.batchprocessor.message.Bytes;
import io.batchprocessor.spi.DeadLetter;
import io.batchprocessor.spi.DeadLetterQueue;
import io.batchprocessor.spi.Delivery;
import io.batchprocessor.spi.RequestQueue;
import io.batchprocessor.spi.Result;
import io.batchprocessor.spi.ResultQueue;
import io.batchprocessor.spi.RetryQueue;
import io.batchprocessor.spi.Settlement;
import io.batchprocessor.spi.Transport;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Requests out of a file, results into another.
 *
 * <p>The input has one request a line, as the queues have them or in the OpenAI Batch format; each
 * is answered in the format that it came in. Results are added to the output in the order in which
 * they come, a batch at a time, each batch on the disk before its requests count as answered. The
 * output is all that a later run with the same files needs: it asks what has no result there, and
 * nothing else. So the output has every id once, also if every run but the last is killed; what was
 * in flight then is asked again.
 *
 * <p>Lines that nobody can be answered for, and those whose id an earlier line has, go to a file
 * beside the output, {@code .rejected}, with their number and the reason.
 *
 * <p>Memory does not grow with the input: of a line that is not in flight nothing is kept but, for
 * those that wait for another attempt, its place in the file; and there are at most 10,000 of
 * these. The ids are on the disk while a run lasts, in a file beside the output, 16 to 48 bytes for
 * each. The input must not be changed meanwhile.
 */
public final class FileTransport implements Transport, Settlement, ResultQueue, DeadLetterQueue {

  private static final Logger LOG = LoggerFactory.getLogger(FileTransport.class);

  private final LineFile input;
  private final SeenKeys seen;
  private final ResultFiles results;
  private final TallyCounter tally;
  private final Ledger ledger = new Ledger(System::nanoTime);
  private final List<InputQueue> requestQueues;
  private final WaitingQueue waitingQueue;

  private FileTransport(
      LineFile input, SeenKeys seen, ResultFiles results, TallyCounter tally, Reading.Rules rules)
      throws IOException {
    this.input = input;
    this.seen = seen;
    this.results = results;
    this.tally = tally;
    InputLines lines = new InputLines(input, rules);
    requestQueues =
        List.of(
            new InputQueue(input.scan(), lines, seen, results, ledger, tally, System::nanoTime));
    waitingQueue = new WaitingQueue(lines, ledger, System::nanoTime);
  }

  /**
   * Opens the files; the output is made if it is not there. Reads both once, to count the lines and
   * to see what is answered.
   *
   * @param deadline until when answers are of use to lines whose format has no deadline
   * @param maxMessageBytes the processor's setting of this name
   * @throws UncheckedIOException if a file can't be opened, is in use by another process, or is
   *     something else than a file of results
   */
  public static FileTransport open(Path input, Path output, Instant deadline, int maxMessageBytes) {
    List<AutoCloseable> opened = new ArrayList<>();
    try {
      LineFile requests = LineFile.open(input);
      opened.add(requests);
      long lines = requests.count();
      Path rejected = sibling(output, ".rejected");
      SeenKeys seen =
          new SeenKeys(sibling(output, ".ids"), lines + lines(output) + lines(rejected));
      opened.add(seen);
      ResultFiles results = ResultFiles.open(output, rejected, seen);
      opened.add(results);
      return new FileTransport(
          requests,
          seen,
          results,
          new TallyCounter(lines),
          new Reading.Rules(maxMessageBytes, deadline));
    } catch (IOException e) {
      opened.forEach(FileTransport::closeQuietly);
      throw new UncheckedIOException(e.getMessage(), e);
    }
  }

  private static Path sibling(Path path, String suffix) {
    return path.resolveSibling(path.getFileName() + suffix);
  }

  private static long lines(Path path) throws IOException {
    if (!path.toFile().exists()) {
      return 0;
    }
    try (LineFile file = LineFile.open(path)) {
      return file.count();
    }
  }

  /** How far it has come. */
  public Tally tally() {
    return tally.snapshot();
  }

  /**
   * Waits until every line is dealt with.
   *
   * @return whether that is so
   */
  public boolean awaitFinished(Duration atMost) throws InterruptedException {
    return ledger.awaitFinished(atMost.toNanos());
  }

  @Override
  public List<? extends RequestQueue> requestQueues() {
    return requestQueues;
  }

  @Override
  public RetryQueue retryQueue() {
    return waitingQueue;
  }

  @Override
  public ResultQueue resultQueue() {
    return this;
  }

  @Override
  public Optional<DeadLetterQueue> deadLetterQueue() {
    return Optional.of(this);
  }

  @Override
  public List<Delivery> settle(List<Result> all) {
    ledger.checkOpen();
    List<Delivery> lost = new ArrayList<>();
    List<Result> ours = new ArrayList<>();
    for (Result result : all) {
      if (ledger.isOver(Held.of(result.delivery()))) {
        lost.add(result.delivery());
      } else {
        ours.add(result);
      }
    }
    publish(ours);
    ledger.settled(ours.stream().map(result -> Held.of(result.delivery())).toList());
    return lost;
  }

  @Override
  public void publish(List<Result> all) {
    ledger.checkOpen();
    if (all.isEmpty()) {
      return;
    }
    try {
      results.answer(all.stream().map(FileTransport::line).toList());
    } catch (IOException e) {
      throw new UncheckedIOException("results can't be stored: " + e.getMessage(), e);
    }
    long succeeded = all.stream().filter(result -> result.message().isSuccess()).count();
    tally.succeeded.add(succeeded);
    tally.failed.add(all.size() - succeeded);
  }

  private static Bytes line(Result result) {
    return Held.of(result.delivery()).openAi()
        ? OpenAiBatch.answer(result.message())
        : result.message().toJson();
  }

  @Override
  public List<Delivery> deadLetter(List<DeadLetter> letters) {
    ledger.checkOpen();
    List<Delivery> lost = new ArrayList<>();
    List<Bytes> lines = new ArrayList<>();
    List<Held> ours = new ArrayList<>();
    for (DeadLetter letter : letters) {
      Held held = Held.of(letter.delivery());
      if (ledger.isOver(held)) {
        lost.add(letter.delivery());
      } else {
        ours.add(held);
        lines.add(JsonLines.rejected(held.line().number(), letter.reason()));
      }
    }
    try {
      results.reject(lines);
    } catch (IOException e) {
      throw new UncheckedIOException("rejected lines can't be stored: " + e.getMessage(), e);
    }
    tally.rejected.add(ours.size());
    ledger.settled(ours);
    return lost;
  }

  @Override
  public void close() {
    ledger.close();
    List.of(results, seen, input).forEach(FileTransport::closeQuietly);
  }

  /** Nothing is lost by it: what counts was forced to the disk before. */
  private static void closeQuietly(AutoCloseable file) {
    try {
      file.close();
    } catch (Exception e) {
      LOG.warn("a file could not be closed", e);
    }
  }
}
