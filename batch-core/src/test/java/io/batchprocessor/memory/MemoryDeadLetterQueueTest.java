package io.batchprocessor.memory;

import static io.batchprocessor.memory.Samples.LEASE;
import static io.batchprocessor.memory.Samples.bodies;
import static io.batchprocessor.memory.Samples.receive;
import static io.batchprocessor.memory.Samples.receiveOne;
import static io.batchprocessor.memory.Samples.request;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatNullPointerException;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import io.batchprocessor.message.Bytes;
import io.batchprocessor.message.ResultMessage;
import io.batchprocessor.spi.DeadLetter;
import io.batchprocessor.spi.DeadLetterQueue;
import io.batchprocessor.spi.Delivery;
import io.batchprocessor.spi.RequestQueue;
import io.batchprocessor.spi.Retry;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

class MemoryDeadLetterQueueTest {

  private final ManualTicker ticker = new ManualTicker();
  private final MemoryTransport transport =
      MemoryTransport.builder().lease(LEASE).ticker(ticker).deadLetterCapacity(2).build();
  private final RequestQueue requests = transport.requestQueues().get(0);
  private final DeadLetterQueue deadLetters = transport.deadLetterQueue().orElseThrow();
  private final Logger logger = (Logger) LoggerFactory.getLogger(MemoryTransport.class);
  private final ListAppender<ILoggingEvent> log = new ListAppender<>();

  @BeforeEach
  void listen() {
    log.start();
    logger.setLevel(Level.WARN);
    logger.addAppender(log);
  }

  @AfterEach
  void close() {
    logger.detachAppender(log);
    logger.setLevel(null);
    transport.close();
  }

  @Test
  void rule_501_a_dead_letter_keeps_body_reason_and_origin_and_leaves_its_queue() throws Exception {
    transport.submit("requests", bodies("junk"));
    Delivery held = receiveOne(requests);

    assertThat(deadLetters.deadLetter(List.of(new DeadLetter(held, "no id")))).isEmpty();

    DeadLetter letter = transport.takeDeadLetters(10).get(0);
    assertThat(letter.delivery().body()).isEqualTo(Bytes.utf8("junk"));
    assertThat(letter.delivery().queue()).isEqualTo("requests");
    assertThat(letter.reason()).isEqualTo("no id");
    assertThat(requests.acknowledge(List.of(held))).containsExactly(held);
    assertThat(transport.takeDeadLetters(10)).isEmpty();
  }

  @Test
  void rule_501_a_delivery_of_the_retry_queue_can_be_dead_lettered() throws Exception {
    transport.submit("requests", bodies("junk"));
    transport.retryQueue().schedule(List.of(new Retry(receiveOne(requests), Duration.ZERO, 2)));

    assertThat(
            deadLetters.deadLetter(
                List.of(new DeadLetter(receiveOne(transport.retryQueue()), "no id"))))
        .isEmpty();

    assertThat(transport.takeDeadLetters(10)).hasSize(1);
  }

  @Test
  void rule_502_the_lost_are_returned_and_not_stored() throws Exception {
    transport.submit("requests", bodies("junk"));
    Delivery stale = receiveOne(requests);
    ticker.advance(LEASE);

    assertThat(deadLetters.deadLetter(List.of(new DeadLetter(stale, "no id"))))
        .containsExactly(stale);

    assertThat(transport.takeDeadLetters(10)).isEmpty();
    assertThat(receive(requests, 10)).hasSize(1);
  }

  @Test
  void rule_503_repeating_the_call_stores_nothing_twice() throws Exception {
    transport.submit("requests", bodies("junk"));
    List<DeadLetter> batch = List.of(new DeadLetter(receiveOne(requests), "no id"));

    deadLetters.deadLetter(batch);
    deadLetters.deadLetter(batch);

    assertThat(transport.takeDeadLetters(10)).hasSize(1);
  }

  @Test
  void full_dead_letters_give_up_the_oldest_and_say_so_once_in_a_while() throws Exception {
    transport.submit("requests", bodies("1", "2", "3"));
    List<DeadLetter> batch =
        receive(requests, 3).stream()
            .map(delivery -> new DeadLetter(delivery, "fault of " + delivery.body().toUtf8()))
            .toList();

    assertThat(deadLetters.deadLetter(batch)).isEmpty();

    assertThat(transport.takeDeadLetters(10))
        .extracting(DeadLetter::reason)
        .containsExactly("fault of 2", "fault of 3");
    assertThat(log.list)
        .extracting(ILoggingEvent::getFormattedMessage)
        .singleElement()
        .asString()
        .contains("dead letters are full (2)", "given up, 1 since", "memory.dead-letter-capacity");

    ticker.advance(Duration.ofSeconds(9));
    deadLetter("4", "5", "6", "7");
    assertThat(log.list).hasSize(1);

    ticker.advance(Duration.ofSeconds(1));
    deadLetter("8");
    assertThat(log.list).hasSize(2);
    assertThat(log.list.get(1).getFormattedMessage()).contains("given up, 3 since");
  }

  private void deadLetter(String... bodies) throws Exception {
    transport.submit("requests", bodies(bodies));
    deadLetters.deadLetter(
        receive(requests, bodies.length).stream()
            .map(delivery -> new DeadLetter(delivery, "no id"))
            .toList());
  }

  @Test
  void a_dead_lettered_request_fails_its_future() throws Exception {
    CompletableFuture<ResultMessage> future = transport.submit(request("x"));

    deadLetters.deadLetter(List.of(new DeadLetter(receiveOne(requests), "too long")));

    assertThat(future)
        .failsWithin(Duration.ZERO)
        .withThrowableThat()
        .withMessageContaining("request 'x' has no result: it went to the dead letters: too long");
  }

  @Test
  void it_refuses_null_a_max_below_one_and_a_closed_transport_but_hands_out_what_it_has()
      throws Exception {
    transport.submit("requests", bodies("1", "2"));
    List<Delivery> held = receive(requests, 2);
    deadLetters.deadLetter(List.of(new DeadLetter(held.get(0), "no id")));
    assertThatNullPointerException().isThrownBy(() -> deadLetters.deadLetter(null));
    assertThatIllegalArgumentException().isThrownBy(() -> transport.takeDeadLetters(0));

    transport.close();

    assertThatIllegalStateException()
        .isThrownBy(() -> deadLetters.deadLetter(List.of(new DeadLetter(held.get(1), "no id"))));
    assertThat(transport.takeDeadLetters(10)).hasSize(1);
  }
}
