package io.batchprocessor;

import static org.assertj.core.api.Assertions.assertThat;

import io.batchprocessor.memory.MemoryTransport;
import io.batchprocessor.message.Bytes;
import io.batchprocessor.message.ErrorCode;
import io.batchprocessor.message.RequestMessage;
import io.batchprocessor.message.ResultMessage;
import io.batchprocessor.spi.AttemptOutcome;
import io.batchprocessor.spi.BatchListener;
import io.batchprocessor.spi.DispatchGate;
import io.batchprocessor.spi.InferenceRequest;
import io.batchprocessor.spi.Permit;
import io.batchprocessor.spi.RequestBody;
import io.batchprocessor.spi.RequestQueue;
import io.batchprocessor.spi.RequestTransform;
import io.batchprocessor.spi.RequestView;
import io.batchprocessor.spi.ResultQueue;
import io.batchprocessor.spi.Retry;
import io.batchprocessor.spi.RetryQueue;
import io.batchprocessor.spi.Transformed;
import io.batchprocessor.spi.Transport;
import io.batchprocessor.spi.Verdict;
import java.lang.reflect.Proxy;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

/** What becomes of requests whose queue has transforms. */
class TransformsTest extends EngineBench {

  private static final RequestBody FORM = new RequestBody(Bytes.utf8("a=b"), "text/plain");

  /** Does what the test says, and counts. */
  private static class Transform implements RequestTransform {
    final List<String> given = Collections.synchronizedList(new ArrayList<>());
    final AtomicBoolean closed = new AtomicBoolean();
    private final Work work;

    Transform(Work work) {
      this.work = work;
    }

    interface Work {
      Transformed of(RequestView request, RequestBody body);
    }

    @Override
    public String name() {
      return "mine";
    }

    @Override
    public Transformed transform(RequestView request, URI uri, RequestBody body) {
      given.add(
          "%d %s %s %s"
              .formatted(
                  request.attempt(), uri.getPath(), body.contentType(), body.content().toUtf8()));
      return work.of(request, body);
    }

    @Override
    public void close() {
      closed.set(true);
    }
  }

  /** Adds to the text. */
  private static Transform appending(String text) {
    return new Transform(
        (request, body) -> body.withContent(Bytes.utf8(body.content().toUtf8() + text)));
  }

  private static String sent(FakeGateway.Exchange exchange) {
    return exchange.request().body().toUtf8();
  }

  private static RequestMessage.Builder request(String id) {
    return Samples.builder(id, Instant.now().plus(Duration.ofHours(1)));
  }

  @Test
  void without_transforms_the_payload_itself_is_sent() {
    start(EngineBench::asItIs);
    RequestMessage message = request("r").header("Content-Digest", "sha-256=:x:").build();
    enqueue(message);

    InferenceRequest sent = gateway.awaitExchange(1).request();

    assertThat(sent.body()).isEqualTo(message.payload());
    assertThat(sent.headers()).doesNotContainKey("content-type").containsKey("content-digest");
  }

  @Test
  void each_attempt_begins_with_the_original_and_goes_through_all_in_order() {
    Transform first = appending("+1");
    Transform second = appending("+2");
    start(with -> with.transform(() -> first).transform(() -> second));
    CompletableFuture<ResultMessage> submitted =
        queues.submit(request("r").endpoint("/v1/other?x=y").build());

    gateway.awaitExchange(1).answer(503, "{}");
    gateway.awaitExchange(2).answer(429, "{}");
    gateway.awaitExchange(3).answer(200, "{}");

    assertThat(resultOf(submitted).isSuccess()).isTrue();
    assertThat(gateway.exchanges())
        .extracting(TransformsTest::sent)
        .containsOnly("{\"prompt\":\"r\"}+1+2");
    assertThat(first.given)
        .containsExactly(
            "1 /v1/other application/json {\"prompt\":\"r\"}",
            "2 /v1/other application/json {\"prompt\":\"r\"}",
            "3 /v1/other application/json {\"prompt\":\"r\"}");
    assertThat(second.given).hasSize(3).allMatch(text -> text.endsWith("{\"prompt\":\"r\"}+1"));
  }

  @Test
  void the_type_is_sent_and_what_described_the_payload_is_not() {
    start(with -> with.transform(() -> new Transform((request, body) -> FORM)));
    enqueue(
        request("r")
            .header("Content-Type", "application/vnd.mine")
            .header("Content-Digest", "sha-256=:x:")
            .header("Content-Encoding", "identity")
            .header("X-Mine", "1")
            .build());

    Map<String, String> headers = gateway.awaitExchange(1).request().headers();

    assertThat(headers)
        .containsEntry("content-type", "text/plain")
        .containsEntry("x-mine", "1")
        .containsEntry("Idempotency-Key", "r")
        .doesNotContainKeys("content-digest", "content-encoding");
  }

  @Test
  void the_type_of_a_message_is_what_a_transform_is_given() {
    Transform transform = new Transform((request, body) -> body);
    start(with -> with.transform(() -> transform));
    enqueue(
        request("r").header("CONTENT-TYPE", "application/vnd.mine\t; v=1").build(),
        request("s").header("Content-Type", " ").build());

    assertThat(gateway.awaitExchange(2).request().headers()).containsEntry("content-type", " ");
    assertThat(gateway.exchanges().get(0).request().headers())
        .containsEntry("content-type", "application/vnd.mine\t; v=1");
    assertThat(transform.given)
        .containsExactly(
            "1 /v1/completions application/vnd.mine\t; v=1 {\"prompt\":\"r\"}",
            "1 /v1/completions application/json {\"prompt\":\"s\"}");
  }

  @Test
  void a_rejection_is_one_result_and_nothing_is_sent() {
    Permits permits = new Permits();
    Transform never = appending("never");
    BatchProcessor processor =
        start(
            with ->
                with.concurrency(1)
                    .gate(() -> permits)
                    .transform(
                        () ->
                            new Transform(
                                (request, body) ->
                                    request.message().id().equals("good")
                                        ? body
                                        : new Transformed.Rejected("payload.x: no good")))
                    .transform(() -> never));
    List<CompletableFuture<ResultMessage>> rejected = new ArrayList<>();
    for (int i = 0; i < 50; i++) {
      rejected.add(queues.submit(request("r" + i).metadata("tenant", "t").build()));
    }
    CompletableFuture<ResultMessage> good = queues.submit(request("good").build());
    gateway.awaitExchange(1).answer(200, "{}");

    assertThat(resultsOf(rejected))
        .allSatisfy(
            result -> {
              assertThat(result.errorCode()).contains(ErrorCode.INVALID_REQUEST);
              assertThat(result.error()).contains("payload.x: no good");
              assertThat(result.attempts()).isZero();
              assertThat(result.metadata()).containsEntry("tenant", "t");
            });
    assertThat(resultOf(good).isSuccess()).isTrue();
    assertThat(gateway.exchanges()).hasSize(1);
    assertThat(never.given).hasSize(1);
    assertTold("r0", "received", "finished:INVALID_REQUEST");
    eventually().until(() -> permits.out.get() == 0);
    assertThat(permits.unused).hasValue(50);
    eventually().until(() -> processor.stats().finished() == 51);
    assertThat(processor.stats().errors(ErrorCode.INVALID_REQUEST)).isEqualTo(50);
    assertThat(processor.stats().dispatched()).isEqualTo(1);
    assertThat(processor.stats().userCodeFailures()).isZero();
  }

  @Test
  void a_request_may_be_rejected_at_a_later_attempt() {
    start(
        with ->
            with.transform(
                () ->
                    new Transform(
                        (request, body) ->
                            request.attempt() == 1 ? body : new Transformed.Rejected("too late"))));
    CompletableFuture<ResultMessage> submitted = queues.submit(request("r").build());
    gateway.awaitExchange(1).answer(503, "{}");

    assertThat(resultOf(submitted).error()).contains("too late");
    assertThat(resultOf(submitted).attempts()).isEqualTo(1);
    assertThat(gateway.exchanges()).hasSize(1);
  }

  /** Counts what is out. */
  private static final class Permits implements DispatchGate {
    final AtomicInteger out = new AtomicInteger();
    final AtomicInteger unused = new AtomicInteger();
    final List<AttemptOutcome> outcomes = Collections.synchronizedList(new ArrayList<>());

    @Override
    public String name() {
      return "permits";
    }

    @Override
    public Verdict tryAcquire(RequestView request) {
      out.incrementAndGet();
      return new Verdict.Go(
          new Permit() {
            @Override
            public void release(AttemptOutcome outcome) {
              outcomes.add(outcome);
              out.decrementAndGet();
            }

            @Override
            public void returnUnused() {
              unused.incrementAndGet();
              out.decrementAndGet();
            }
          });
    }

    @Override
    public double budget() {
      return 1;
    }
  }

  @Test
  void a_transform_that_fails_sends_nothing_and_the_request_is_tried_again_but_not_at_once() {
    Permits permits = new Permits();
    List<Duration> delays = Collections.synchronizedList(new ArrayList<>());
    BatchProcessor processor =
        start(
            with ->
                with.gate(() -> permits)
                    .listener(
                        new BatchListener() {
                          @Override
                          public void retryScheduled(RequestView request, Duration delay) {
                            delays.add(delay);
                          }
                        })
                    .transform(
                        () ->
                            new Transform(
                                (request, body) -> {
                                  throw new IllegalStateException("has " + body.content().toUtf8());
                                })));
    enqueue(request("r").build());

    // The backoff strategy of these tests would have it at once.
    assertTold("r", "received", "retryScheduled");
    eventually().until(() -> delays.size() == 1);
    assertThat(delays.get(0)).isPositive().isLessThanOrEqualTo(Duration.ofSeconds(10));
    assertThat(processor.stats().userCodeFailures()).isEqualTo(1);
    assertThat(permits.unused).hasValue(1);
    assertThat(permits.outcomes).isEmpty();
    assertThat(gateway.exchanges()).isEmpty();
  }

  @Test
  void a_transform_that_gives_null_has_failed() {
    BatchProcessor processor =
        start(
            with ->
                with.maxAttempts(1).transform(() -> new Transform((request, body) -> nothing())));

    ResultMessage result = resultOf(queues.submit(request("r").build()));

    assertThat(result.errorCode()).contains(ErrorCode.INFERENCE_ERROR);
    assertThat(result.error())
        .contains("all 1 attempts failed; the last: transform mine failed: IllegalStateException");
    assertThat(processor.stats().userCodeFailures()).isEqualTo(1);
  }

  @SuppressWarnings("TypeParameterUnusedInFormals")
  private static <T> T nothing() {
    return null;
  }

  @Test
  void what_a_transform_throws_is_not_told_to_the_producer() {
    start(
        with ->
            with.maxAttempts(1)
                .transform(
                    () ->
                        new Transform(
                            (request, body) -> {
                              throw new AssertionError("https://hush?signature=hush");
                            })));

    assertThat(resultOf(queues.submit(request("r").build())).error())
        .contains("all 1 attempts failed; the last: transform mine failed: AssertionError");
  }

  @Test
  void a_request_whose_deadline_is_nearer_than_the_next_attempt_ends_at_once() {
    start(
        with ->
            with.transform(
                () ->
                    new Transform(
                        (request, body) -> {
                          throw new IllegalStateException("boom");
                        })));

    ResultMessage result =
        resultOf(
            queues.submit(Samples.builder("r", Instant.now().plus(Duration.ofSeconds(9))).build()));

    assertThat(result.errorCode()).contains(ErrorCode.DEADLINE_EXCEEDED);
  }

  @Test
  void a_transform_that_was_mended_loses_nothing() {
    AtomicBoolean broken = new AtomicBoolean(true);
    List<Duration> delays = Collections.synchronizedList(new ArrayList<>());
    gateway.answering(request -> FakeGateway.answer(200, "{}"));
    start(
        retryingAtOnce(
            retry -> {
              delays.add(retry.delay());
              broken.set(retry.attempt() < 4);
            }),
        with ->
            with.transform(
                () ->
                    new Transform(
                        (request, body) -> {
                          if (broken.get()) {
                            throw new IllegalStateException("boom");
                          }
                          return body;
                        })));

    ResultMessage result = resultOf(queues.submit(request("r").build()));

    assertThat(result.isSuccess()).isTrue();
    assertThat(result.attempts()).isEqualTo(4);
    assertThat(gateway.exchanges()).hasSize(1);
    assertThat(delays).hasSize(3).allMatch(delay -> delay.toNanos() > 0 && delay.toSeconds() <= 10);
  }

  /** {@link #queues}, whose clock makes every retry due at once. */
  private Transport retryingAtOnce(Consumer<Retry> told) {
    RetryQueue hasty =
        (RetryQueue)
            Proxy.newProxyInstance(
                RetryQueue.class.getClassLoader(),
                new Class<?>[] {RetryQueue.class},
                (proxy, method, arguments) -> {
                  if (method.getName().equals("schedule")) {
                    List<Retry> atOnce = new ArrayList<>();
                    for (Object each : (List<?>) arguments[0]) {
                      Retry retry = (Retry) each;
                      told.accept(retry);
                      atOnce.add(new Retry(retry.delivery(), Duration.ZERO, retry.attempt()));
                    }
                    return queues.retryQueue().schedule(atOnce);
                  }
                  return method.invoke(queues.retryQueue(), arguments);
                });
    return new Transport() {
      @Override
      public List<? extends RequestQueue> requestQueues() {
        return queues.requestQueues();
      }

      @Override
      public RetryQueue retryQueue() {
        return hasty;
      }

      @Override
      public ResultQueue resultQueue() {
        return queues.resultQueue();
      }

      @Override
      public void close() {}
    };
  }

  @Test
  void a_queue_has_its_own_and_closing_closes_all() {
    MemoryTransport three = opened(MemoryTransport.builder().queues("a", "b", "c").build());
    List<Transform> made = Collections.synchronizedList(new ArrayList<>());
    gateway.answering(request -> FakeGateway.answer(200, "{}"));
    BatchProcessor processor =
        start(
            three,
            with ->
                with.queue(QueueConfig.of("c").withTransforms(List.of()))
                    .transform(
                        () -> {
                          made.add(appending("+common"));
                          return made.get(made.size() - 1);
                        })
                    .queueTransform(
                        "b",
                        () -> {
                          made.add(appending("+own"));
                          return made.get(made.size() - 1);
                        }));

    for (String queue : List.of("a", "b", "c")) {
      assertThat(resultOf(three.submit(queue, request(queue).build())).isSuccess()).isTrue();
    }
    processor.close();

    assertThat(gateway.exchanges())
        .extracting(TransformsTest::sent)
        .containsExactly(
            "{\"prompt\":\"a\"}+common", "{\"prompt\":\"b\"}+own", "{\"prompt\":\"c\"}");
    assertThat(made).hasSize(2).allMatch(transform -> transform.closed.get());
  }

  @Test
  void cancelling_while_transforms_fail_leaves_one_result_each() {
    BatchProcessor processor =
        start(
            retryingAtOnce(retry -> {}),
            with ->
                with.concurrency(4)
                    .maxAttempts(3)
                    .transform(
                        () ->
                            new Transform(
                                (request, body) -> {
                                  if (request.message().id().hashCode() % 2 == 0) {
                                    throw new IllegalStateException("boom");
                                  }
                                  return new Transformed.Rejected("no");
                                })));
    List<CompletableFuture<ResultMessage>> submitted = new ArrayList<>();
    for (int i = 0; i < 200; i++) {
      submitted.add(queues.submit(request("r" + i).build()));
    }
    for (int i = 0; i < 200; i++) {
      processor.cancel("r" + i);
    }

    assertThat(resultsOf(submitted))
        .extracting(result -> result.errorCode().orElseThrow())
        .isSubsetOf(ErrorCode.CANCELLED, ErrorCode.INVALID_REQUEST, ErrorCode.INFERENCE_ERROR);
    eventually().until(() -> processor.stats().finished() >= 200);
    assertThat(processor.stats().finished()).isEqualTo(200);
    assertThat(gateway.exchanges()).isEmpty();
  }
}
