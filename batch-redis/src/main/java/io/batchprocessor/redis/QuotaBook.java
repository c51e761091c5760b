package io.batchprocessor.redis;

import io.batchprocessor.spi.RequestView;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/** The shares of all values that are in use, and the lock that guards them. No I/O under it. */
final class QuotaBook {

  /** The most values at a time; far more than can be in flight, as what is not in use goes. */
  static final int MOST_VALUES = 10_000;

  private final Quota quota;
  private final LongSupplier ticker;
  private final Map<String, QuotaShare> shares = new HashMap<>();

  /** A book without a share. */
  QuotaBook(Quota quota, LongSupplier ticker) {
    this.quota = quota;
    this.ticker = ticker;
  }

  private QuotaShare newShare(String value, long now) {
    Duration per = quota.per();
    return per == null
        ? new InFlightShare(value, quota, now)
        : new RateShare(value, quota, per, ticker);
  }

  /**
   * What becomes of a request.
   *
   * @param share what it is to be given back to if it was taken; null if there is no room for one
   *     more value
   * @param overFor how long it makes no sense to ask again, if the quota is used up
   * @param ask whether Redis should be asked sooner than before
   */
  record Taking(QuotaShare.Answer answer, @Nullable QuotaShare share, long overFor, boolean ask) {}

  /** Takes one of a value's share. */
  synchronized Taking take(String value, RequestView request, boolean cutOff) {
    long now = ticker.getAsLong();
    QuotaShare share = shares.get(value);
    if (share == null) {
      if (shares.size() >= MOST_VALUES) {
        return new Taking(QuotaShare.Answer.NOT_YET, null, 0, false);
      }
      share = newShare(value, now);
      shares.put(value, share);
    }
    long before = share.dueIn(now);
    QuotaShare.Answer answer = share.take(request, now, cutOff);
    return new Taking(answer, share, share.overFor(now), share.dueIn(now) < before);
  }

  /** Gives one back; whether Redis should be asked sooner than before. */
  synchronized boolean giveBack(QuotaShare share, boolean unused) {
    long now = ticker.getAsLong();
    long before = share.dueIn(now);
    share.giveBack(unused, now);
    return share.dueIn(now) < before;
  }

  /**
   * A share that is to be asked about.
   *
   * @param args what the script is to be told
   */
  record Question(QuotaShare share, List<byte[]> args) {}

  /** If a question is due, all that are, and those that may join them; but no more than so many. */
  synchronized List<Question> questions(int max) {
    long now = ticker.getAsLong();
    List<Question> questions = new ArrayList<>();
    if (shares.values().stream().anyMatch(share -> share.dueIn(now) <= 0)) {
      for (QuotaShare share : shares.values()) {
        if (questions.size() < max && share.dueIn(now) <= share.early()) {
          questions.add(new Question(share, share.ask(now)));
        }
      }
    }
    return questions;
  }

  /** For how long no question is due. Forgets the shares of values that are not in use. */
  synchronized long nextDueIn() {
    long now = ticker.getAsLong();
    shares.values().removeIf(share -> share.isEmpty(now));
    long nearest = Long.MAX_VALUE;
    for (QuotaShare share : shares.values()) {
      nearest = Math.min(nearest, share.dueIn(now));
    }
    return Math.max(0, nearest);
  }

  /**
   * The script's answers, in the order of the questions.
   *
   * @param asked when they were put, by the ticker
   */
  synchronized void answered(List<Question> questions, long asked, List<?> numbers) {
    boolean grace = (Long) numbers.get(0) > 0;
    for (int i = 0; i < questions.size(); i++) {
      questions
          .get(i)
          .share()
          .answered(asked, (Long) numbers.get(2 * i + 1), (Long) numbers.get(2 * i + 2), grace);
    }
  }

  synchronized void unanswered(List<Question> questions) {
    questions.forEach(question -> question.share().unanswered());
  }

  /** Nothing is given out any more; the questions by which everything goes back. */
  synchronized List<Question> end() {
    long now = ticker.getAsLong();
    List<Question> questions = new ArrayList<>();
    for (QuotaShare share : shares.values()) {
      share.end();
      if (!share.isEmpty(now)) {
        questions.add(new Question(share, share.ask(now)));
      }
    }
    return questions;
  }

  synchronized int values() {
    return shares.size();
  }

  synchronized int inFlight() {
    return shares.values().stream().mapToInt(QuotaShare::inFlight).sum();
  }

  synchronized int spare() {
    long now = ticker.getAsLong();
    return shares.values().stream().mapToInt(share -> share.spare(now)).sum();
  }

  synchronized int excess(boolean cutOff) {
    long now = ticker.getAsLong();
    return shares.values().stream().mapToInt(share -> share.excess(now, cutOff)).sum();
  }
}
