package io.batchprocessor.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.batchprocessor.http.RawGateway.RawRequest;
import io.batchprocessor.message.Bytes;
import io.batchprocessor.spi.InferenceClient;
import io.batchprocessor.spi.InferenceClientContext;
import io.batchprocessor.spi.InferenceClientProvider;
import io.batchprocessor.spi.InferenceRequest;
import io.batchprocessor.spi.InferenceResponse;
import io.batchprocessor.spi.ResponseTooLargeException;
import io.batchprocessor.spi.Settings;
import io.batchprocessor.spi.UnreadableResponseException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.zip.DeflaterOutputStream;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What every {@link InferenceClient} keeps, over real sockets. */
@Timeout(60)
abstract class InferenceClientContract {

  private static final int MIB = 1024 * 1024;
  private static final String OK = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}";

  private final List<InferenceClient> clients = new ArrayList<>();

  abstract InferenceClientProvider provider();

  /** What it says of a gateway that refuses connections. */
  String refused(String gateway) {
    return "connection refused by " + gateway;
  }

  @AfterEach
  void closeClients() {
    clients.forEach(InferenceClient::close);
  }

  private InferenceClient client() {
    return client(8, 64 * MIB, Duration.ofSeconds(10));
  }

  private InferenceClient client(int maxInFlight, int maxResponseBytes, Duration connectTimeout) {
    AtomicInteger number = new AtomicInteger();
    InferenceClient client =
        provider()
            .create(
                new InferenceClientContext(
                    maxInFlight,
                    maxResponseBytes,
                    connectTimeout,
                    task -> new Thread(task, threadName() + number.incrementAndGet()),
                    Settings.none()));
    clients.add(client);
    return client;
  }

  private String threadName() {
    return "contract-" + provider().id() + "-";
  }

  private static InferenceRequest post(URI uri) {
    return post(uri, Map.of(), Bytes.utf8("{}"));
  }

  private static InferenceRequest post(URI uri, Map<String, String> headers, Bytes body) {
    return new InferenceRequest(uri, headers, body, Duration.ofMinutes(5));
  }

  private static InferenceResponse answer(CompletableFuture<InferenceResponse> sent) {
    try {
      return sent.get(30, TimeUnit.SECONDS);
    } catch (Exception e) {
      throw new AssertionError("no answer", e);
    }
  }

  private static Throwable failure(CompletableFuture<InferenceResponse> sent) {
    try {
      throw new AssertionError("answered: " + sent.get(30, TimeUnit.SECONDS));
    } catch (ExecutionException e) {
      return e.getCause();
    } catch (Exception e) {
      throw new AssertionError("neither an answer nor a failure", e);
    }
  }

  private static byte[] random(int length) {
    byte[] bytes = new byte[length];
    new Random(length).nextBytes(bytes);
    return bytes;
  }

  // What goes over the wire

  @Test
  void sends_the_body_byte_for_byte_and_nothing_that_was_not_asked_for() throws Exception {
    try (RawGateway gateway = RawGateway.answering(OK)) {
      byte[] noise = random(3 * MIB);
      Bytes body = Bytes.wrap(noise).slice(1000, 2 * MIB + 7);

      answer(
          client()
              .send(
                  post(gateway.uri("127.0.0.1", "/v1/a%20b?c=d%26e"), Map.of("X-One", "1"), body)));

      RawRequest sent = gateway.requests.take();
      assertThat(sent.line()).isEqualTo("POST /v1/a%20b?c=d%26e HTTP/1.1");
      assertThat(sent.body()).isEqualTo(body);
      assertThat(sent.header("Content-Length")).isEqualTo(Integer.toString(body.length()));
      assertThat(sent.header("Host")).isEqualTo("127.0.0.1:" + gateway.port());
      assertThat(sent.header("Content-Type")).isEqualTo("application/json");
      assertThat(sent.header("User-Agent")).isEqualTo("batch-processor");
      assertThat(sent.header("X-One")).isEqualTo("1");
      assertThat(
              List.of(
                  "Upgrade",
                  "HTTP2-Settings",
                  "Expect",
                  "Transfer-Encoding",
                  "Accept-Encoding",
                  "Cookie",
                  "Authorization"))
          .noneMatch(sent::has);
      assertThat(sent.header("Connection")).isIn("none", "keep-alive");
    }
  }

  @Test
  void a_requests_own_content_type_wins() throws Exception {
    try (RawGateway gateway = RawGateway.answering(OK)) {
      Map<String, String> own = Map.of("content-type", "application/x-ndjson", "user-agent", "me");

      answer(client().send(post(gateway.uri(), own, Bytes.utf8("{}"))));

      RawRequest sent = gateway.requests.take();
      assertThat(sent.header("Content-Type")).isEqualTo("application/x-ndjson");
      assertThat(sent.header("User-Agent")).isEqualTo("me");
    }
  }

  @Test
  void an_empty_body_and_an_empty_path_are_sent() throws Exception {
    try (RawGateway gateway = RawGateway.answering(OK)) {
      answer(client().send(post(gateway.uri("127.0.0.1", ""), Map.of(), Bytes.EMPTY)));

      RawRequest sent = gateway.requests.take();
      assertThat(sent.line()).isEqualTo("POST / HTTP/1.1");
      assertThat(sent.header("Content-Length")).isEqualTo("0");
    }
  }

  @Test
  void cookies_are_not_kept() throws Exception {
    try (RawGateway gateway =
        RawGateway.answering(
            "HTTP/1.1 200 OK\r\nSet-Cookie: a=b; Path=/\r\nContent-Length: 0\r\n\r\n")) {
      InferenceClient client = client();
      answer(client.send(post(gateway.uri())));
      answer(client.send(post(gateway.uri())));

      assertThat(gateway.requests).hasSize(2).noneMatch(sent -> sent.has("Cookie"));
    }
  }

  // Answers

  @ParameterizedTest
  @ValueSource(ints = {200, 201, 400, 401, 404, 407, 408, 425, 429, 500, 503})
  void any_status_is_an_answer(int status) throws Exception {
    try (RawGateway gateway =
        RawGateway.answering(
            "HTTP/1.1 %d Whatever\r\nRetry-After: 7\r\nContent-Length: 11\r\n\r\n{\"a\":\"why\"}"
                .formatted(status))) {
      InferenceResponse answer = answer(client().send(post(gateway.uri())));

      assertThat(answer.statusCode()).isEqualTo(status);
      assertThat(answer.body().toUtf8()).isEqualTo("{\"a\":\"why\"}");
      assertThat(answer.header("retry-after")).contains("7");
      assertThat(gateway.requests).hasSize(1);
    }
  }

  @Test
  void an_answer_without_a_body_is_an_answer() throws Exception {
    try (RawGateway gateway = RawGateway.answering("HTTP/1.1 204 No Content\r\n\r\n")) {
      InferenceClient client = client();
      assertThat(answer(client.send(post(gateway.uri()))).body().isEmpty()).isTrue();
      assertThat(answer(client.send(post(gateway.uri()))).statusCode()).isEqualTo(204);
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {301, 302, 307, 308})
  void a_redirect_is_not_followed(int status) throws Exception {
    try (RawGateway gateway =
        RawGateway.answering(
            "HTTP/1.1 %d Moved\r\nLocation: /elsewhere\r\nContent-Length: 0\r\n\r\n"
                .formatted(status))) {
      InferenceResponse answer = answer(client().send(post(gateway.uri())));

      assertThat(answer.statusCode()).isEqualTo(status);
      assertThat(gateway.requests).hasSize(1);
    }
  }

  @Test
  void header_names_are_lower_case_and_the_first_value_wins() throws Exception {
    try (RawGateway gateway =
        RawGateway.answering(
            """
            HTTP/1.1 200 OK
            X-Twice: one
            X-Once: Value
            x-twice: two
            X-Empty:
            Content-Length: 0

            """
                .replace("\n", "\r\n"))) {
      Map<String, String> headers = answer(client().send(post(gateway.uri()))).headers();

      assertThat(headers)
          .containsOnly(
              Map.entry("x-twice", "one"),
              Map.entry("x-once", "Value"),
              Map.entry("x-empty", ""),
              Map.entry("content-length", "0"));
    }
  }

  @Test
  void a_large_answer_below_the_limit_comes_byte_for_byte() throws Exception {
    byte[] body = random(20 * MIB + 13);
    try (RawGateway gateway =
        new RawGateway(
            conversation -> {
              while (conversation.readRequest() != null) {
                conversation.send("HTTP/1.1 200 OK\r\nContent-Length: " + body.length + "\r\n\r\n");
                conversation.send(body);
              }
            })) {
      InferenceClient client = client(8, body.length, Duration.ofSeconds(10));

      assertThat(answer(client.send(post(gateway.uri()))).body()).isEqualTo(Bytes.wrap(body));
    }
  }

  @Test
  void a_chunked_answer_comes_byte_for_byte() throws Exception {
    byte[] body = random(5 * MIB + 13);
    try (RawGateway gateway =
        new RawGateway(
            conversation -> {
              while (conversation.readRequest() != null) {
                conversation.send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n");
                sendChunks(conversation, body, 9999);
                conversation.send("0\r\n\r\n");
              }
            })) {
      InferenceClient client = client(8, body.length, Duration.ofSeconds(10));

      assertThat(answer(client.send(post(gateway.uri()))).body()).isEqualTo(Bytes.wrap(body));
      assertThat(answer(client.send(post(gateway.uri()))).body()).isEqualTo(Bytes.wrap(body));
      assertThat(gateway.accepted()).isEqualTo(1);
    }
  }

  @Test
  void an_answer_that_ends_with_its_connection_is_whole() throws Exception {
    try (RawGateway gateway =
        new RawGateway(
            conversation -> {
              conversation.readRequest();
              conversation.send("HTTP/1.1 200 OK\r\n\r\nall of it");
            })) {
      assertThat(answer(client().send(post(gateway.uri()))).body().toUtf8()).isEqualTo("all of it");
    }
  }

  @Test
  void an_answer_slower_than_the_connect_timeout_is_waited_for() throws Exception {
    CountDownLatch never = new CountDownLatch(1);
    try (RawGateway gateway =
        new RawGateway(
            conversation -> {
              while (conversation.readRequest() != null) {
                assertThat(never.await(1500, TimeUnit.MILLISECONDS)).isFalse();
                conversation.send(OK);
              }
            })) {
      InferenceClient client = client(8, MIB, Duration.ofSeconds(1));

      assertThat(answer(client.send(post(gateway.uri()))).statusCode()).isEqualTo(200);
    }
  }

  @Test
  void an_answer_that_comes_before_the_request_is_sent_is_an_answer() throws Exception {
    try (RawGateway gateway =
        new RawGateway(
            conversation -> {
              conversation.readHead();
              conversation.send("HTTP/1.1 413 Too Large\r\nContent-Length: 2\r\n\r\n{}");
              conversation.awaitClose();
            })) {
      InferenceRequest large = post(gateway.uri(), Map.of(), Bytes.wrap(new byte[30 * MIB]));

      assertThat(answer(client().send(large)).statusCode()).isEqualTo(413);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"gzip", "deflate"})
  void a_compressed_answer_is_unpacked(String coding) throws Exception {
    byte[] body = random(100_000);
    byte[] packed = pack(coding, body);
    try (RawGateway gateway = packedGateway(coding, packed)) {
      InferenceResponse answer = answer(client().send(post(gateway.uri())));

      assertThat(answer.body()).isEqualTo(Bytes.wrap(body));
      assertThat(answer.headers()).doesNotContainKeys("content-encoding", "content-length");
    }
  }

  @Test
  void the_limit_counts_the_unpacked_bytes() throws Exception {
    try (RawGateway gateway = packedGateway("gzip", pack("gzip", new byte[100 * MIB]))) {
      InferenceClient client = client(8, MIB, Duration.ofSeconds(10));

      assertThat(failure(client.send(post(gateway.uri()))))
          .isInstanceOf(ResponseTooLargeException.class);
    }
  }

  @Test
  void a_coding_that_nobody_asked_for_is_a_failure() throws Exception {
    try (RawGateway gateway = packedGateway("br", new byte[] {1, 2, 3})) {
      assertThat(failure(client().send(post(gateway.uri()))))
          .isInstanceOfSatisfying(
              UnreadableResponseException.class, e -> assertThat(e.statusCode()).isEqualTo(200))
          .hasMessage(
              "the answer (status 200, content-encoding br) can't be unpacked: only gzip and deflate"
                  + " are known");
    }
  }

  private static RawGateway packedGateway(String coding, byte[] packed) throws IOException {
    return new RawGateway(
        conversation -> {
          while (conversation.readRequest() != null) {
            conversation.send(
                "HTTP/1.1 200 OK\r\nContent-Encoding: %s\r\nContent-Length: %d\r\n\r\n"
                    .formatted(coding, packed.length));
            conversation.send(packed);
          }
        });
  }

  private static byte[] pack(String coding, byte[] body) throws IOException {
    ByteArrayOutputStream packed = new ByteArrayOutputStream();
    try (var out =
        coding.equals("gzip") ? new GZIPOutputStream(packed) : new DeflaterOutputStream(packed)) {
      out.write(body);
    }
    return packed.toByteArray();
  }

  private static void sendChunks(RawGateway.Conversation conversation, byte[] body, int size)
      throws IOException {
    for (int from = 0; from < body.length; from += size) {
      int count = Math.min(size, body.length - from);
      ByteArrayOutputStream chunk = new ByteArrayOutputStream(count + 10);
      chunk.writeBytes((Integer.toHexString(count) + "\r\n").getBytes(StandardCharsets.US_ASCII));
      chunk.write(body, from, count);
      chunk.writeBytes(new byte[] {'\r', '\n'});
      conversation.send(chunk.toByteArray());
    }
  }

  // The limit

  @Test
  void an_answer_above_the_limit_is_given_up_at_once() throws Exception {
    AtomicLong written = new AtomicLong();
    CountDownLatch stopped = new CountDownLatch(1);
    try (RawGateway gateway =
        new RawGateway(
            conversation -> {
              conversation.readRequest();
              conversation.send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n");
              byte[] part = new byte[64 * 1024];
              try {
                while (written.get() < 100L * MIB) {
                  sendChunks(conversation, part, part.length);
                  written.addAndGet(part.length);
                }
                conversation.send("0\r\n\r\n");
              } finally {
                stopped.countDown();
              }
            })) {
      InferenceClient client = client(8, MIB, Duration.ofSeconds(10));

      Throwable failure = failure(client.send(post(gateway.uri())));

      assertThat(failure)
          .isInstanceOfSatisfying(
              ResponseTooLargeException.class, e -> assertThat(e.statusCode()).isEqualTo(200))
          .hasMessageContaining("max-response-bytes=1048576");
      assertThat(stopped.await(10, TimeUnit.SECONDS)).isTrue();
      // What the sockets' buffers took, far from all of it.
      assertThat(written.get()).isLessThan(50L * MIB);
    }
  }

  @Test
  void an_announced_length_above_the_limit_is_given_up_before_it_comes() throws Exception {
    CountDownLatch closed = new CountDownLatch(1);
    try (RawGateway gateway =
        new RawGateway(
            conversation -> {
              conversation.readRequest();
              conversation.send("HTTP/1.1 500 Oops\r\nContent-Length: 1048577\r\n\r\n");
              conversation.awaitClose();
              closed.countDown();
            })) {
      InferenceClient client = client(8, MIB, Duration.ofSeconds(10));

      assertThat(failure(client.send(post(gateway.uri()))))
          .isInstanceOfSatisfying(
              ResponseTooLargeException.class, e -> assertThat(e.statusCode()).isEqualTo(500));
      assertThat(closed.await(10, TimeUnit.SECONDS)).isTrue();
    }
  }

  @Test
  void an_announced_length_costs_no_memory_before_it_comes() throws Exception {
    CountDownLatch begun = new CountDownLatch(8);
    CountDownLatch go = new CountDownLatch(1);
    try (RawGateway gateway =
        new RawGateway(
            conversation -> {
              conversation.readRequest();
              conversation.send("HTTP/1.1 200 OK\r\nContent-Length: 2000000000\r\n\r\n0123456789");
              begun.countDown();
              assertThat(go.await(30, TimeUnit.SECONDS)).isTrue();
            })) {
      InferenceClient client = client(8, Integer.MAX_VALUE, Duration.ofSeconds(10));
      List<CompletableFuture<InferenceResponse>> sent = new ArrayList<>();
      for (int i = 0; i < 8; i++) {
        sent.add(client.send(post(gateway.uri())));
      }
      assertThat(begun.await(30, TimeUnit.SECONDS)).isTrue();
      go.countDown();

      assertThat(sent)
          .allSatisfy(
              one ->
                  assertThat(failure(one))
                      .hasMessage(
                          "answer of 127.0.0.1:%d cut short after 10 of 2000000000 bytes",
                          gateway.port()));
    }
  }

  // Failures

  @Test
  void a_refused_connection_says_so() throws Exception {
    int port;
    try (ServerSocket free = new ServerSocket(0)) {
      port = free.getLocalPort();
    }

    assertThat(failure(client().send(post(URI.create("http://127.0.0.1:" + port + "/")))))
        .isInstanceOf(IOException.class)
        .hasMessage(refused("127.0.0.1:" + port))
        .hasCauseInstanceOf(IOException.class);
  }

  @Test
  void an_unknown_host_is_named() {
    assertThat(failure(client().send(post(URI.create("http://no-such-host.invalid:80/")))))
        .isInstanceOf(IOException.class)
        .hasMessage("unknown host no-such-host.invalid");
  }

  @Test
  void a_connection_that_does_not_open_times_out() throws Exception {
    List<Socket> crowd = new ArrayList<>();
    try (ServerSocket deaf = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      fillBacklog(deaf, crowd);
      InferenceClient client = client(8, MIB, Duration.ofMillis(300));

      assertThat(
              failure(
                  client.send(post(URI.create("http://127.0.0.1:" + deaf.getLocalPort() + "/")))))
          .isInstanceOf(IOException.class)
          .hasMessage("connect to 127.0.0.1:%d timed out after 300ms", deaf.getLocalPort());
    } finally {
      for (Socket one : crowd) {
        one.close();
      }
    }
  }

  /** Nobody accepts, so that the kernel ignores further attempts once its queue is full. */
  private static void fillBacklog(ServerSocket deaf, List<Socket> crowd) throws IOException {
    while (true) {
      Socket one = new Socket();
      crowd.add(one);
      try {
        one.connect(deaf.getLocalSocketAddress(), 500);
      } catch (SocketTimeoutException e) {
        return;
      }
    }
  }

  @Test
  void a_connection_closed_without_an_answer_is_a_failure_and_not_repeated() throws Exception {
    try (RawGateway gateway = new RawGateway(RawGateway.Conversation::readRequest)) {
      assertThat(failure(client().send(post(gateway.uri()))))
          .isInstanceOf(IOException.class)
          .hasMessage("127.0.0.1:%d closed the connection without an answer", gateway.port());
      assertThat(gateway.requests).hasSize(1);
    }
  }

  @Test
  void a_connection_reset_without_an_answer_is_a_failure_and_not_repeated() throws Exception {
    try (RawGateway gateway =
        new RawGateway(
            conversation -> {
              conversation.readRequest();
              conversation.reset();
            })) {
      assertThat(failure(client().send(post(gateway.uri()))))
          .isInstanceOf(IOException.class)
          .hasMessage("connection reset by 127.0.0.1:%d", gateway.port());
      assertThat(gateway.requests).hasSize(1);
    }
  }

  @Test
  void a_body_cut_short_by_a_reset_is_a_failure() throws Exception {
    CountDownLatch never = new CountDownLatch(1);
    try (RawGateway gateway =
        new RawGateway(
            conversation -> {
              conversation.readRequest();
              conversation.send("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n01234");
              // A reset also throws away what the client has not read yet.
              assertThat(never.await(300, TimeUnit.MILLISECONDS)).isFalse();
              conversation.reset();
            })) {
      assertThat(failure(client().send(post(gateway.uri()))))
          .isInstanceOf(IOException.class)
          .hasMessage("answer of 127.0.0.1:%d cut short after 5 of 100 bytes", gateway.port());
    }
  }

  @Test
  void a_body_shorter_than_its_announced_length_is_a_failure() throws Exception {
    try (RawGateway gateway =
        new RawGateway(
            conversation -> {
              conversation.readRequest();
              conversation.send("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n01234");
            })) {
      assertThat(failure(client().send(post(gateway.uri()))))
          .isInstanceOf(IOException.class)
          .hasMessage("answer of 127.0.0.1:%d cut short after 5 of 100 bytes", gateway.port());
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"5\r\n01234\r\n", "5\r\n01234"})
  void a_chunked_body_without_its_end_is_a_failure(String begun) throws Exception {
    try (RawGateway gateway =
        new RawGateway(
            conversation -> {
              conversation.readRequest();
              conversation.send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + begun);
            })) {
      assertThat(failure(client().send(post(gateway.uri()))))
          .isInstanceOf(IOException.class)
          .hasMessageStartingWith("answer of 127.0.0.1:%d cut short after ", gateway.port());
    }
  }

  @Test
  void what_is_no_http_is_a_failure() throws Exception {
    try (RawGateway gateway =
        new RawGateway(
            conversation -> {
              conversation.readRequest();
              conversation.send("SSH-2.0-OpenSSH_9.2\r\n\r\n");
            })) {
      assertThat(failure(client().send(post(gateway.uri()))))
          .isInstanceOf(IOException.class)
          .hasMessageStartingWith("exchange with 127.0.0.1:%d failed: ", gateway.port())
          .hasMessageContaining("SSH-2.0");
    }
  }

  // Cancelling and closing

  @Test
  void cancelling_a_hanging_exchange_closes_its_connection() throws Exception {
    CountDownLatch asked = new CountDownLatch(1);
    CountDownLatch closed = new CountDownLatch(1);
    try (RawGateway gateway =
        new RawGateway(
            conversation -> {
              conversation.readRequest();
              asked.countDown();
              conversation.awaitClose();
              closed.countDown();
            })) {
      CompletableFuture<InferenceResponse> sent = client().send(post(gateway.uri()));
      assertThat(asked.await(10, TimeUnit.SECONDS)).isTrue();

      assertThat(sent.cancel(true)).isTrue();

      assertThat(sent).isCancelled();
      assertThat(closed.await(10, TimeUnit.SECONDS)).isTrue();
    }
  }

  @Test
  void cancelling_a_half_answered_exchange_closes_its_connection() throws Exception {
    CountDownLatch begun = new CountDownLatch(1);
    CountDownLatch closed = new CountDownLatch(1);
    try (RawGateway gateway =
        new RawGateway(
            conversation -> {
              conversation.readRequest();
              conversation.send("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n01234");
              begun.countDown();
              conversation.awaitClose();
              closed.countDown();
            })) {
      CompletableFuture<InferenceResponse> sent = client().send(post(gateway.uri()));
      assertThat(begun.await(10, TimeUnit.SECONDS)).isTrue();

      assertThat(sent.cancel(false)).isTrue();

      assertThat(closed.await(10, TimeUnit.SECONDS)).isTrue();
    }
  }

  @Test
  void cancelled_exchanges_leave_room_for_others() throws Exception {
    try (RawGateway gateway = hangingOrAnswering()) {
      InferenceClient client = client(4, MIB, Duration.ofSeconds(10));
      URI hang = gateway.uri("127.0.0.1", "/hang");
      URI answer = gateway.uri("127.0.0.1", "/answer");
      Random random = new Random(1);

      for (int round = 0; round < 50; round++) {
        int before = gateway.requests.size();
        List<CompletableFuture<InferenceResponse>> stuck = new ArrayList<>();
        for (int i = 0; i < 8; i++) {
          stuck.add(client.send(post(hang)));
        }
        // Some wait in line, some connect, some are on the wire: whatever they are at.
        if (random.nextBoolean()) {
          await().until(() -> gateway.requests.size() > before);
        }
        stuck.forEach(one -> one.cancel(true));
        assertThat(answer(client.send(post(answer))).statusCode()).isEqualTo(200);
      }
      List<CompletableFuture<InferenceResponse>> all = new ArrayList<>();
      for (int i = 0; i < 40; i++) {
        all.add(client.send(post(answer)));
      }
      assertThat(all).allSatisfy(one -> assertThat(answer(one).statusCode()).isEqualTo(200));
      await().until(() -> gateway.open() <= 4);
    }
  }

  private static RawGateway hangingOrAnswering() throws IOException {
    return new RawGateway(
        conversation -> {
          while (true) {
            RawRequest request = conversation.readRequest();
            if (request == null) {
              return;
            }
            if (request.line().contains("/hang")) {
              conversation.awaitClose();
              return;
            }
            conversation.send(OK);
          }
        });
  }

  @Test
  void closing_fails_what_is_in_flight_and_ends_the_threads() throws Exception {
    CountDownLatch asked = new CountDownLatch(2);
    CountDownLatch closed = new CountDownLatch(2);
    try (RawGateway gateway =
        new RawGateway(
            conversation -> {
              conversation.readRequest();
              asked.countDown();
              conversation.awaitClose();
              closed.countDown();
            })) {
      List<String> before = threads("HttpClient-");
      InferenceClient client = client(2, MIB, Duration.ofSeconds(10));
      List<CompletableFuture<InferenceResponse>> sent = new ArrayList<>();
      for (int i = 0; i < 4; i++) {
        sent.add(client.send(post(gateway.uri())));
      }
      assertThat(asked.await(10, TimeUnit.SECONDS)).isTrue();
      assertThat(threads(threadName())).isNotEmpty();

      client.close();

      assertThat(threads(threadName())).isEmpty();
      assertThat(threads("HttpClient-")).isEqualTo(before);
      assertThat(threads("httpclient")).isEmpty();
      assertThat(sent)
          .allSatisfy(
              one ->
                  assertThat(failure(one))
                      .isInstanceOf(IOException.class)
                      .hasMessage("the HTTP client was closed"));
      assertThat(closed.await(10, TimeUnit.SECONDS)).isTrue();
      assertThat(failure(client.send(post(gateway.uri()))))
          .hasMessage("the HTTP client was closed");
      client.close();
    }
  }

  private static List<String> threads(String prefix) {
    return Thread.getAllStackTraces().keySet().stream()
        .map(Thread::getName)
        .filter(name -> name.startsWith(prefix))
        .sorted()
        .toList();
  }

  // Connections

  @Test
  void a_connection_is_used_again() throws Exception {
    try (RawGateway gateway = RawGateway.answering(OK)) {
      InferenceClient client = client();
      for (int i = 0; i < 20; i++) {
        answer(client.send(post(gateway.uri())));
      }

      assertThat(gateway.accepted()).isEqualTo(1);
    }
  }

  @Test
  void a_connection_that_the_gateway_announces_to_close_is_not_used_again() throws Exception {
    try (RawGateway gateway =
        new RawGateway(
            conversation -> {
              conversation.readRequest();
              conversation.send(
                  "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 2\r\n\r\n{}");
              conversation.awaitClose();
            })) {
      InferenceClient client = client(2, MIB, Duration.ofSeconds(10));
      List<CompletableFuture<InferenceResponse>> sent = new ArrayList<>();
      for (int i = 0; i < 200; i++) {
        sent.add(client.send(post(gateway.uri())));
      }

      assertThat(sent).allSatisfy(one -> assertThat(answer(one).statusCode()).isEqualTo(200));
      assertThat(gateway.accepted()).isEqualTo(200);
    }
  }

  @Test
  void a_connection_that_the_gateway_closed_while_it_was_idle_is_not_used_again() throws Exception {
    try (RawGateway gateway =
        new RawGateway(
            conversation -> {
              conversation.readRequest();
              conversation.send(OK);
              conversation.endOutput();
              conversation.awaitClose();
            })) {
      InferenceClient client = client();
      for (int i = 0; i < 20; i++) {
        answer(client.send(post(gateway.uri())));
        // The client has seen the end, and closed its side too.
        await().until(() -> gateway.open() == 0);
      }

      assertThat(gateway.accepted()).isEqualTo(20);
    }
  }

  @Test
  void there_are_never_more_connections_than_requests_in_flight_are_allowed() throws Exception {
    try (RawGateway gateway = RawGateway.answering(OK)) {
      InferenceClient client = client(4, MIB, Duration.ofSeconds(10));
      List<CompletableFuture<InferenceResponse>> sent = new ArrayList<>();
      for (int i = 0; i < 2000; i++) {
        sent.add(client.send(post(gateway.uri())));
      }

      assertThat(sent).allSatisfy(one -> assertThat(answer(one).statusCode()).isEqualTo(200));
      assertThat(gateway.accepted()).isBetween(1, 4);
      assertThat(gateway.mostOpen()).isBetween(1, 4);
    }
  }

  @Test
  void a_request_sent_from_an_answers_callback_finds_its_connection_free() throws Exception {
    try (RawGateway gateway = RawGateway.answering(OK)) {
      InferenceClient client = client(1, MIB, Duration.ofSeconds(10));
      CompletableFuture<InferenceResponse> last = client.send(post(gateway.uri()));
      for (int i = 0; i < 200; i++) {
        last = last.thenCompose(answer -> client.send(post(gateway.uri())));
      }

      assertThat(answer(last).statusCode()).isEqualTo(200);
      assertThat(gateway.accepted()).isEqualTo(1);
    }
  }
}
