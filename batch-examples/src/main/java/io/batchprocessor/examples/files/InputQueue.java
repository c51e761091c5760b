package io.batchprocessor.examples.files;

import io.batchprocessor.message.Bytes;
import io.batchprocessor.spi.Delivery;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.function.LongConsumer;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * The lines of the input, each once: those that have no result yet. Lines that are no requests it
 * deals with itself.
 */
final class InputQueue extends LineQueue {

  /** How many lines may be passed over before the time is looked at. */
  private static final int LINES_PER_LOOK = 256;

  private static final String DUPLICATE = "id: an earlier line has the same; each id is asked once";

  private final LineScanner scanner;
  private final InputLines lines;
  private final SeenKeys seen;
  private final ResultFiles results;
  private final Ledger ledger;
  private final TallyCounter tally;
  private final LongSupplier ticker;

  /** Found and not dealt with: if that fails, it is dealt with by the next call. */
  private @Nullable Span current;

  private final List<Bytes> answers = new ArrayList<>();
  private final List<Bytes> unusable = new ArrayList<>();
  private final List<Bytes> duplicates = new ArrayList<>();

  InputQueue(
      LineScanner scanner,
      InputLines lines,
      SeenKeys seen,
      ResultFiles results,
      Ledger ledger,
      TallyCounter tally,
      LongSupplier ticker) {
    super(ledger);
    this.scanner = scanner;
    this.lines = lines;
    this.seen = seen;
    this.results = results;
    this.ledger = ledger;
    this.tally = tally;
    this.ticker = ticker;
  }

  @Override
  public String name() {
    return InputLines.QUEUE;
  }

  @Override
  public List<Delivery> receive(int max, Duration maxWait) throws InterruptedException {
    Objects.requireNonNull(maxWait, "maxWait");
    checkMax(max);
    long end = ticker.getAsLong() + maxWait.toNanos();
    List<Delivery> taken;
    do {
      ledger.checkOpen();
      taken = take(max, end);
    } while (taken.isEmpty() && ledger.awaitInput(end));
    return taken;
  }

  private List<Delivery> take(int max, long end) {
    List<Delivery> taken = new ArrayList<>();
    try {
      takeReturned(max, taken);
      boolean atEnd = takeNew(max, end, taken);
      store();
      if (atEnd) {
        ledger.exhausted();
      }
      return taken;
    } catch (IOException e) {
      taken.forEach(delivery -> ledger.returned(Held.of(delivery)));
      throw new UncheckedIOException(e.getMessage(), e);
    }
  }

  private void takeReturned(int max, List<Delivery> taken) throws IOException {
    List<Span> again = ledger.takeReturned(max);
    int done = 0;
    try {
      for (Span line : again) {
        taken.add(lines.again(line, 1));
        done++;
      }
    } finally {
      ledger.putBackReturned(again.subList(done, again.size()));
    }
  }

  /** Returns whether there are no more lines. */
  private boolean takeNew(int max, long end, List<Delivery> taken) throws IOException {
    int read = 0;
    while (taken.size() < max && ledger.mayReadOn()) {
      Span line = current == null ? scanner.next() : current;
      if (line == null) {
        return true;
      }
      current = line;
      Delivery delivery = dealWith(line);
      current = null;
      if (delivery != null) {
        ledger.began();
        taken.add(delivery);
      }
      if (++read % LINES_PER_LOOK == 0 && isTimeUp(end)) {
        return false;
      }
    }
    return false;
  }

  private boolean isTimeUp(long end) {
    return Thread.currentThread().isInterrupted() || end - ticker.getAsLong() <= 0;
  }

  /** The request to deliver; null if the line is dealt with. */
  private @Nullable Delivery dealWith(Span line) throws IOException {
    if (seen.isAnsweredLine(line.number())) {
      tally.before.increment();
      return null;
    }
    Reading reading = lines.read(line);
    if (reading instanceof Reading.Request request) {
      return claim(line, request.id()) ? lines.delivery(line, request, 1) : null;
    } else if (reading instanceof Reading.Invalid invalid) {
      if (claim(line, invalid.id())) {
        answers.add(OpenAiBatch.invalid(invalid.id(), invalid.fault()));
      }
    } else if (reading instanceof Reading.Unusable nothing) {
      unusable.add(JsonLines.rejected(line.number(), nothing.fault()));
    }
    return null;
  }

  /** Whether this line is the one to answer for the id, and was not answered yet. */
  private boolean claim(Span line, String id) {
    SeenKeys.Claim claim = seen.claimId(id);
    if (claim == SeenKeys.Claim.ANSWERED) {
      tally.before.increment();
    } else if (claim == SeenKeys.Claim.TAKEN) {
      duplicates.add(JsonLines.rejected(line.number(), DUPLICATE));
    }
    return claim == SeenKeys.Claim.FRESH;
  }

  /** Stores what was dealt with here; what can't be stored now is by the next call. */
  private void store() throws IOException {
    if (!answers.isEmpty()) {
      results.answer(answers);
      tally.failed.add(answers.size());
      answers.clear();
    }
    store(unusable, tally.rejected::add);
    store(duplicates, tally.duplicates::add);
  }

  private void store(List<Bytes> rejected, LongConsumer count) throws IOException {
    if (!rejected.isEmpty()) {
      results.reject(rejected);
      count.accept(rejected.size());
      rejected.clear();
    }
  }

  @Override
  public void release(List<Delivery> deliveries) {
    deliveries.forEach(delivery -> ledger.returned(Held.of(delivery)));
  }
}
