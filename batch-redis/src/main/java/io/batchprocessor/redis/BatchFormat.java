package io.batchprocessor.redis;

import io.batchprocessor.message.Bytes;
import io.batchprocessor.spi.Delivery;
import io.batchprocessor.spi.Result;
import io.batchprocessor.spi.Retry;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** Messages as this project writes them. */
final class BatchFormat implements MessageFormat {

  private final Kind kind;

  BatchFormat(Kind kind) {
    this.kind = kind;
  }

  @Override
  public Read read(Bytes member, String queue) {
    return new Read(
        Envelope.parse(member, kind)
            .orElseGet(() -> new Envelope(queue, 1, null, Map.of(), member)),
        null);
  }

  @Override
  public Step result(Result result) {
    return Step.result(
        result,
        "result",
        List.of(Keys.utf8(result.message().id()), result.message().toJson().toByteArray()));
  }

  @Override
  public Step retry(Retry retry) {
    Delivery delivery = retry.delivery();
    Envelope envelope =
        new Envelope(
            delivery.queue(),
            retry.attempt(),
            delivery.enqueuedAt().orElse(null),
            retry.attributes(),
            delivery.body());
    return Step.retry(
        delivery,
        "retry",
        List.of(micros(retry.delay()), envelope.withoutNumber(kind, Receipt.of(delivery).rank())));
  }

  /** A delay for the scripts, rounded up; at most a few centuries. */
  static byte[] micros(Duration delay) {
    Duration longest = Duration.ofDays(100_000);
    Duration bounded = delay.compareTo(longest) < 0 ? delay : longest;
    return Keys.number(
        TimeUnit.SECONDS.toMicros(bounded.getSeconds()) + (bounded.getNano() + 999) / 1000);
  }
}
