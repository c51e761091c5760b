package io.batchprocessor.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIOException;

import io.batchprocessor.message.Bytes;
import io.batchprocessor.spi.InferenceClientContext;
import io.batchprocessor.spi.InferenceRequest;
import io.batchprocessor.spi.InferenceResponse;
import io.batchprocessor.spi.Settings;
import java.io.IOException;
import java.net.Authenticator;
import java.net.CookieHandler;
import java.net.ProxySelector;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpHeaders;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.Flow;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Function;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import org.apache.hc.core5.http.Header;
import org.apache.hc.core5.http.message.BasicHttpResponse;
import org.apache.hc.core5.http.protocol.HttpCoreContext;
import org.junit.jupiter.api.Test;

/** An error in the midst of an exchange ends it at once, and not with its timeout. */
class ExchangeErrorsTest {

  private static final URI ENDPOINT = URI.create("http://gateway.test:8000/v1/completions");
  private static final InferenceRequest REQUEST =
      new InferenceRequest(ENDPOINT, Map.of(), Bytes.utf8("{}"), Duration.ofHours(1));
  private static final InferenceClientContext CONTEXT =
      new InferenceClientContext(
          1, 1_000, Duration.ofSeconds(10), Thread::new, Settings.of(List.of(), Map.of()));

  private final InFlight inFlight = new InFlight();
  private final Slots slots = new Slots(1);

  private static void assertFailed(CompletableFuture<InferenceResponse> exchange, Error error) {
    assertThat(exchange)
        .as("an exchange whose time is up in an hour")
        .failsWithin(Duration.ofSeconds(20))
        .withThrowableOfType(ExecutionException.class)
        .withCauseInstanceOf(IOException.class)
        .withMessageContaining("exchange with gateway.test:8000 failed here")
        .withRootCauseInstanceOf(error.getClass());
  }

  @Test
  void of_apache_when_the_head_of_an_answer_is_read() {
    Error error = new StackOverflowError();
    try (ApacheConnections connections = new ApacheConnections(CONTEXT)) {
      ApacheExchange exchange =
          new ApacheExchange(REQUEST, CONTEXT, inFlight, connections, Origin.of(ENDPOINT));
      inFlight.add(exchange);
      BasicHttpResponse answer =
          new BasicHttpResponse(200) {
            private static final long serialVersionUID = 1;

            @Override
            public Iterator<Header> headerIterator() {
              throw error;
            }
          };

      assertThatIOException()
          .as("what the reactor closes one connection for")
          .isThrownBy(() -> exchange.consumeResponse(answer, null, HttpCoreContext.create()))
          .withCause(error);

      assertFailed(exchange, error);
      assertThat(inFlight.remove(exchange)).as("still in flight").isFalse();
    }
  }

  @Test
  void of_apache_when_a_request_is_written() {
    Error error = new OutOfMemoryError("Java heap space");
    try (ApacheConnections connections = new ApacheConnections(CONTEXT)) {
      ApacheExchange exchange =
          new ApacheExchange(REQUEST, CONTEXT, inFlight, connections, Origin.of(ENDPOINT));

      assertThatIOException()
          .isThrownBy(
              () ->
                  exchange.produceRequest(
                      (request, entity, context) -> {
                        throw error;
                      },
                      HttpCoreContext.create()))
          .withCause(error);

      assertFailed(exchange, error);
    }
  }

  @Test
  void of_jdk_when_it_is_sent_and_the_next_has_its_turn() {
    Error error = new OutOfMemoryError("unable to create native thread");
    AtomicBoolean first = new AtomicBoolean(true);
    CompletableFuture<HttpResponse<Boolean>> never = new CompletableFuture<>();
    FakeHttpClient http =
        new FakeHttpClient(
            handler -> {
              if (first.getAndSet(false)) {
                throw error;
              }
              return never;
            });
    JdkExchange failing = new JdkExchange(REQUEST, CONTEXT, inFlight, http, slots);
    JdkExchange next = new JdkExchange(REQUEST, CONTEXT, inFlight, http, slots);
    slots.enter(failing::start);
    slots.enter(next::start);

    assertFailed(failing, error);
    assertThat(http.calls).isEqualTo(2);
    assertThat(next).isNotDone();
  }

  @Test
  void of_jdk_when_a_part_of_an_answer_is_read() {
    Error error = new StackOverflowError();
    JdkExchange exchange =
        new JdkExchange(
            REQUEST,
            CONTEXT,
            inFlight,
            new FakeHttpClient(handler -> answer(handler.apply(head(Map.of())), error)),
            slots);
    slots.enter(exchange::start);

    assertFailed(exchange, error);
  }

  @Test
  void of_jdk_when_the_head_of_an_answer_is_read() {
    Error error = new AssertionError("no such header");
    JdkExchange exchange =
        new JdkExchange(
            REQUEST,
            CONTEXT,
            inFlight,
            new FakeHttpClient(
                handler ->
                    answer(
                        handler.apply(
                            new HttpResponse.ResponseInfo() {
                              @Override
                              public int statusCode() {
                                return 200;
                              }

                              @Override
                              public HttpHeaders headers() {
                                throw error;
                              }

                              @Override
                              public HttpClient.Version version() {
                                return HttpClient.Version.HTTP_1_1;
                              }
                            }),
                        error)),
            slots);
    slots.enter(exchange::start);

    assertFailed(exchange, error);
  }

  private static HttpResponse.ResponseInfo head(Map<String, List<String>> headers) {
    return new HttpResponse.ResponseInfo() {
      @Override
      public int statusCode() {
        return 200;
      }

      @Override
      public HttpHeaders headers() {
        return HttpHeaders.of(headers, (name, value) -> true);
      }

      @Override
      public HttpClient.Version version() {
        return HttpClient.Version.HTTP_1_1;
      }
    };
  }

  /** What java.net.http makes of a body whose first part can't be looked at. */
  private static CompletableFuture<HttpResponse<Boolean>> answer(
      HttpResponse.BodySubscriber<Boolean> body, Error error) {
    body.onSubscribe(
        new Flow.Subscription() {
          @Override
          public void request(long parts) {}

          @Override
          public void cancel() {}
        });
    body.onNext(
        new java.util.AbstractList<>() {
          @Override
          public ByteBuffer get(int index) {
            throw error;
          }

          @Override
          public int size() {
            return 1;
          }
        });
    return body.getBody()
        .toCompletableFuture()
        .thenApply(
            whole -> {
              throw new AssertionError("the body counts as whole");
            });
  }

  /** Does what a test says in place of sending. */
  private static final class FakeHttpClient extends HttpClient {
    private final Function<
            HttpResponse.BodyHandler<Boolean>, CompletableFuture<HttpResponse<Boolean>>>
        answering;
    private int calls;

    FakeHttpClient(
        Function<HttpResponse.BodyHandler<Boolean>, CompletableFuture<HttpResponse<Boolean>>>
            answering) {
      this.answering = answering;
    }

    @Override
    @SuppressWarnings("unchecked")
    public <T> CompletableFuture<HttpResponse<T>> sendAsync(
        HttpRequest request, HttpResponse.BodyHandler<T> handler) {
      calls++;
      return (CompletableFuture<HttpResponse<T>>)
          (CompletableFuture<?>) answering.apply((HttpResponse.BodyHandler<Boolean>) handler);
    }

    @Override
    public <T> CompletableFuture<HttpResponse<T>> sendAsync(
        HttpRequest request,
        HttpResponse.BodyHandler<T> handler,
        HttpResponse.PushPromiseHandler<T> pushes) {
      throw new UnsupportedOperationException();
    }

    @Override
    public <T> HttpResponse<T> send(HttpRequest request, HttpResponse.BodyHandler<T> handler) {
      throw new UnsupportedOperationException();
    }

    @Override
    public Optional<CookieHandler> cookieHandler() {
      return Optional.empty();
    }

    @Override
    public Optional<Duration> connectTimeout() {
      return Optional.empty();
    }

    @Override
    public Redirect followRedirects() {
      return Redirect.NEVER;
    }

    @Override
    public Optional<ProxySelector> proxy() {
      return Optional.empty();
    }

    @Override
    public SSLContext sslContext() {
      throw new UnsupportedOperationException();
    }

    @Override
    public SSLParameters sslParameters() {
      return new SSLParameters();
    }

    @Override
    public Optional<Authenticator> authenticator() {
      return Optional.empty();
    }

    @Override
    public Version version() {
      return Version.HTTP_1_1;
    }

    @Override
    public Optional<Executor> executor() {
      return Optional.empty();
    }
  }
}
