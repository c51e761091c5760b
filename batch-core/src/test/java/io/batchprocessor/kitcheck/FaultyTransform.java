package io.batchprocessor.kitcheck;

import io.batchprocessor.message.Bytes;
import io.batchprocessor.spi.RequestBody;
import io.batchprocessor.spi.RequestTransform;
import io.batchprocessor.spi.RequestView;
import io.batchprocessor.spi.Transformed;
import io.batchprocessor.testkit.RequestTransformContract;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.UnaryOperator;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.MethodSource;

/** The kit on faulty request transforms. Not a test by itself: {@link PolicyKitTest} runs it. */
@ParameterizedClass
@MethodSource("faults")
class FaultyTransform implements RequestTransformContract {

  private final PolicyFault<RequestTransform> fault;

  FaultyTransform(PolicyFault<RequestTransform> fault) {
    this.fault = fault;
  }

  static List<PolicyFault<RequestTransform>> faults() {
    return List.of(
        PolicyFault.of("blocks after a while", Blocking::new, 1201),
        PolicyFault.of("counts its calls in the body", Counting::new, 1202),
        PolicyFault.of(
            "draws lots in the body",
            () -> simple(body -> with(body, ThreadLocalRandom.current().nextLong())),
            1202),
        PolicyFault.of(
            "rejects what it should take",
            () -> (Simple) body -> new Transformed.Rejected("not today"),
            1202),
        PolicyFault.of(
            "gives null for what it does not know",
            () -> (Simple) body -> knows(body) ? body : null,
            1203),
        PolicyFault.of(
            "throws at what it does not know", () -> simple(FaultyTransform::known), 1203),
        PolicyFault.of(
            "quotes what it rejects",
            () ->
                (Simple)
                    body ->
                        knows(body)
                            ? body
                            : new Transformed.Rejected("can't use " + body.content().toUtf8()),
            1204),
        PolicyFault.of("shows what it saw last", Remembering::new, 1204),
        PolicyFault.of("leaves a thread", Leaking::new, 1205));
  }

  @Override
  public RequestTransform transform() {
    return fault.subject().get();
  }

  @Override
  public Duration patience() {
    return Duration.ofSeconds(10);
  }

  private interface Simple extends RequestTransform {
    Transformed transform(RequestBody body);

    @Override
    default String name() {
      return "faulty";
    }

    @Override
    default Transformed transform(RequestView request, URI uri, RequestBody body) {
      return transform(body);
    }
  }

  private static Simple simple(UnaryOperator<RequestBody> what) {
    return what::apply;
  }

  private static boolean knows(RequestBody body) {
    return body.content().toUtf8().contains("max_tokens");
  }

  private static RequestBody known(RequestBody body) {
    if (!knows(body)) {
      throw new IllegalArgumentException("what is that?");
    }
    return body;
  }

  private static RequestBody with(RequestBody body, long number) {
    return body.withContent(Bytes.utf8("{\"number\":" + number + "}"));
  }

  private static final class Blocking implements Simple {
    private final AtomicInteger calls = new AtomicInteger();

    @Override
    public Transformed transform(RequestBody body) {
      if (calls.incrementAndGet() > 1_000) {
        try {
          new CountDownLatch(1).await();
        } catch (InterruptedException e) {
          Thread.currentThread().interrupt();
        }
      }
      return body;
    }
  }

  private static final class Counting implements Simple {
    private final AtomicInteger calls = new AtomicInteger();

    @Override
    public Transformed transform(RequestBody body) {
      return with(body, calls.incrementAndGet());
    }
  }

  private static final class Remembering implements Simple {
    private String last = "";

    @Override
    public Transformed transform(RequestBody body) {
      last = body.content().toUtf8();
      return body;
    }

    @Override
    public String toString() {
      return "Remembering[" + last + "]";
    }
  }

  private static final class Leaking implements Simple {
    Leaking() {
      Thread thread =
          new Thread(
              () -> {
                try {
                  new CountDownLatch(1).await();
                } catch (InterruptedException e) {
                  Thread.currentThread().interrupt();
                }
              },
              "leaked");
      thread.setDaemon(true);
      thread.start();
    }

    @Override
    public Transformed transform(RequestBody body) {
      return body;
    }
  }
}
