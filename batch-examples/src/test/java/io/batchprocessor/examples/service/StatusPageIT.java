package io.batchprocessor.examples.service;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import io.batchprocessor.message.ErrorCode;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import org.awaitility.core.ConditionFactory;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The status page in a real browser. */
class StatusPageIT {

  private static Browser browser;

  private Served served;

  private static ConditionFactory eventually() {
    return await().atMost(Duration.ofSeconds(60)).pollInterval(Duration.ofMillis(50));
  }

  @BeforeAll
  static void launch() {
    Optional<Path> chromium = Browser.find();
    assumeTrue(
        chromium.isPresent(),
        "no Chromium here, so the status page is not tested: apt-get install chromium, or name one"
            + " in CHROMIUM");
    browser = Browser.launch(chromium.get());
  }

  @AfterAll
  static void quit() {
    if (browser != null) {
      browser.close();
    }
  }

  @BeforeEach
  void open() {
    served = Served.showingPayloads();
    browser.colours("light");
    browser.screen(1280, 900, false);
    browser.open(served.url("/"));
    browser.awaitTrue("document.getElementById('live').textContent === 'live'");
  }

  @AfterEach
  void close() {
    served.close();
  }

  @Test
  void the_numbers_on_the_page_are_those_of_the_api() {
    served.submit("reviews", 30);
    served.submitUnreadable();
    eventually().until(() -> served.processor.stats().succeeded() == 30);
    served.gateway.hold();
    served.submit("essays", 20);
    eventually().until(() -> served.gateway.inFlight() == 4);
    // Four in flight, and a buffer of four that is filled when half of it is empty.
    eventually()
        .until(() -> List.of(12, 13).contains(served.stats().at("/queues/1/waiting").asInt()));
    String waiting = served.stats().at("/queues/1/waiting").asText();

    eventually().untilAsserted(this::assertSameNumbers);

    assertThat(browser.text("in-flight")).isEqualTo("4");
    assertThat(browser.text("limit")).isEqualTo("4");
    assertThat(browser.text("succeeded")).isEqualTo("30");
    assertThat(browser.text("waiting")).isEqualTo(waiting);
    assertThat(browser.text("queues")).contains("essays").contains(waiting);
    browser.awaitTrue(
        "document.getElementById('causes').textContent.includes('no id: dead letter')");
    assertThat(browser.complaints()).filteredOn(one -> one.contains(served.url(""))).isEmpty();
  }

  /** Of one snapshot: between two looks nothing may have changed. */
  private void assertSameNumbers() {
    JsonNode before = served.stats();
    browser.awaitTrue(
        "Number(document.getElementById('sequence').textContent) >= "
            + before.path("sequence").asLong());
    JsonNode page =
        browser.evaluate(
            "Object.fromEntries(['succeeded','failed','shed','retried','buffered','settling',"
                + "'in-flight','dead-lettered','released','leases-lost','broker-failures',"
                + "'user-code-failures'].map(id => [id,"
                + " Number(document.getElementById(id).textContent.replaceAll(',', ''))]))");
    page.properties()
        .forEach(
            number ->
                assertThat(number.getValue().asLong())
                    .as(number.getKey())
                    .isEqualTo(before.path(camel(number.getKey())).asLong()));
  }

  private static String camel(String id) {
    return switch (id) {
      case "in-flight" -> "inFlight";
      case "dead-lettered" -> "deadLettered";
      case "leases-lost" -> "leasesLost";
      case "broker-failures" -> "brokerFailures";
      case "user-code-failures" -> "userCodeFailures";
      default -> id;
    };
  }

  @Test
  void locked_it_only_shows_and_a_wrong_token_does_not_open_it() {
    for (String id : new String[] {"pause", "cancel", "limit-0"}) {
      assertThat(browser.evaluate("document.getElementById('" + id + "').disabled").asBoolean())
          .as(id)
          .isTrue();
    }
    browser.click("#token");
    browser.type("guess");
    browser.click("#unlock");
    browser.awaitTrue(
        "document.getElementById('message').textContent.includes('missing or wrong')");

    assertThat(browser.text("lock")).isEqualTo("locked");
    assertThat(browser.evaluate("sessionStorage.length").asInt()).isZero();
  }

  @Test
  void pause_and_resume_do_what_they_say() {
    unlock();
    browser.click("#pause");
    browser.awaitTrue("document.getElementById('state').textContent === 'paused'");
    assertThat(served.processor.isPaused()).isTrue();
    assertThat(browser.text("pause")).isEqualTo("Resume");

    browser.click("#pause");
    browser.awaitTrue("document.getElementById('state').textContent === 'running'");

    assertThat(served.processor.isPaused()).isFalse();
    assertThat(browser.text("pause")).isEqualTo("Pause");
  }

  @Test
  void the_slider_changes_the_concurrency_by_keyboard_too() {
    unlock();
    browser.evaluate("document.getElementById('limit-0').focus()");
    browser.press("ArrowLeft", 37);

    eventually().until(() -> served.processor.pools().get(0).limit() == 3);
    browser.evaluate("document.activeElement.blur()");
    browser.awaitTrue("document.getElementById('limit-0-value').textContent === '3 of 4'");
    browser.awaitTrue("document.getElementById('limit').textContent === '3'");
  }

  @Test
  void cancel_by_id_cancels_that_request() {
    served.gateway.hold();
    served.submit("reviews", 3);
    eventually().until(() -> served.gateway.inFlight() == 3);
    unlock();
    browser.click("#cancel-id");
    browser.type("reviews-1");
    browser.click("#cancel");

    eventually().until(() -> served.processor.stats().errors(ErrorCode.CANCELLED) == 1);
    browser.awaitTrue("document.getElementById('causes').textContent.includes('reviews-1')");
    assertThat(browser.text("message")).contains("reviews-1");
  }

  @Test
  void a_dead_letter_can_be_looked_into_tried_again_and_dropped() {
    served.submitUnreadable();
    eventually().until(() -> served.processor.stats().deadLettered() == 1);
    assertThat(browser.evaluate("document.body.textContent").asText())
        .doesNotContain(Served.PAYLOAD);
    unlock();
    browser.awaitTrue("document.querySelectorAll('.letter').length === 1");
    assertThat(browser.evaluate("document.querySelector('.letter pre').textContent").asText())
        .contains(Served.PAYLOAD);

    browser.click(".letter button");
    eventually().until(() -> served.processor.stats().deadLettered() == 2);
    eventually().until(() -> served.queues.deadLetters(10, 0).size() == 1);
    browser.awaitTrue(
        "[...document.querySelectorAll('.letter button')].some(button =>"
            + " button.getAttribute('aria-label') === 'Drop dead letter 2')");
    browser.click(".letter button.danger");

    eventually().until(() -> served.queues.deadLetters(10, 0).isEmpty());
    browser.awaitTrue("document.querySelectorAll('.letter').length === 0");
  }

  @Test
  void it_says_so_when_the_connection_is_lost() {
    served.service.close();

    browser.awaitTrue("document.getElementById('live').textContent.includes('trying again')");
  }

  @Test
  void refused_as_there_are_too_many_it_goes_on_when_there_is_room() throws IOException {
    browser.open("about:blank");
    Deque<Socket> streams = new ArrayDeque<>();
    try {
      // The stream of the page that was left may still count.
      eventually()
          .until(
              () -> {
                openStream().ifPresent(streams::add);
                return streams.size() == EventStreams.MAX_READERS;
              });
      browser.open(served.url("/"));
      browser.awaitTrue("document.getElementById('live').textContent.includes('trying again')");

      streams.remove().close();

      browser.awaitTrue("document.getElementById('live').textContent === 'live'");
    } finally {
      for (Socket stream : streams) {
        stream.close();
      }
    }
  }

  /** Empty if there are too many. */
  private Optional<Socket> openStream() throws IOException {
    Socket socket = new Socket(InetAddress.getLoopbackAddress(), served.service.port());
    socket
        .getOutputStream()
        .write("GET /api/events HTTP/1.1\r\nHost: localhost\r\n\r\n".getBytes(US_ASCII));
    String status = new String(socket.getInputStream().readNBytes(15), US_ASCII);
    if (status.equals("HTTP/1.1 200 OK")) {
      return Optional.of(socket);
    }
    socket.close();
    return Optional.empty();
  }

  @ParameterizedTest
  @CsvSource({"1280, false, light", "1280, false, dark", "390, true, light", "390, true, dark"})
  void axe_finds_nothing_wrong_and_nothing_is_wider_than_the_screen(
      int width, boolean phone, String colours) throws IOException {
    browser.screen(width, 844, phone);
    browser.colours(colours);
    served.submitUnreadable();
    served.submit("reviews", 5);
    eventually().until(() -> served.processor.stats().succeeded() == 5);
    unlock();
    browser.awaitTrue("document.querySelectorAll('.letter').length === 1");
    browser.evaluate(axe() + ";0");

    JsonNode violations =
        browser.evaluate(
            "axe.run().then(found => found.violations.map(one => one.id + ': '"
                + " + one.nodes.map(node => node.html).join()))");

    assertThat(violations).isEmpty();
    assertThat(browser.evaluate("document.documentElement.scrollWidth").asInt())
        .isLessThanOrEqualTo(width);
    keep("page-%d-%s.png".formatted(width, colours));
  }

  /** So that a person can look at it as well. */
  private static void keep(String file) throws IOException {
    Path directory = Files.createDirectories(Path.of("target/screenshots"));
    Files.write(directory.resolve(file), browser.screenshot());
  }

  private void unlock() {
    browser.click("#token");
    browser.type(Served.TOKEN);
    browser.click("#unlock");
    browser.awaitTrue("document.getElementById('lock').textContent === 'unlocked'");
    browser.awaitTrue("!document.getElementById('pause').disabled");
  }

  private static String axe() throws IOException {
    try (InputStream in = StatusPageIT.class.getResourceAsStream("/axe.min.js")) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    }
  }
}
