package io.batchprocessor.gcp.pubsub;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.pubsub.v1.ModifyAckDeadlineRequest;
import com.google.pubsub.v1.PublishRequest;
import com.google.pubsub.v1.Subscription;
import io.batchprocessor.message.Bytes;
import io.batchprocessor.message.ResultMessage;
import io.batchprocessor.spi.Delivery;
import io.batchprocessor.spi.InvalidSettingsException;
import io.batchprocessor.spi.RequestQueue;
import io.batchprocessor.spi.Result;
import io.batchprocessor.spi.ResultRejectedException;
import io.batchprocessor.spi.Settings;
import io.grpc.Status;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What Pub/Sub may answer that the emulator never does, or not on demand. */
class FakePubSubTest {

  private static final String REQUESTS = "projects/p/subscriptions/requests";
  private static final String RESULTS = "projects/p/topics/results";
  private static final String DEAD = "projects/p/topics/dead";

  private final FakePubSub pubSub = new FakePubSub();
  private final Map<String, String> settings = new HashMap<>();
  private PubSubTransport transport;

  @BeforeEach
  void configure() {
    pubSub.topics.addAll(List.of(RESULTS, DEAD));
    pubSub.subscriptions.put(REQUESTS, subscription(60, true));
    settings.put("pubsub.endpoint", pubSub.endpoint());
    settings.put("pubsub.project-id", "p");
    settings.put("pubsub.request-subscriber-id", "requests");
    settings.put("pubsub.result-topic-id", "results");
    settings.put("pubsub.dead-letter-topic-id", "dead");
  }

  @AfterEach
  void close() {
    if (transport != null) {
      transport.close();
    }
    pubSub.close();
  }

  @Test
  void missing_permissions_are_named_with_the_roles_that_give_them() {
    pubSub.forbidden.addAll(List.of(REQUESTS, RESULTS));

    assertThatThrownBy(this::open)
        .isInstanceOf(InvalidSettingsException.class)
        .hasMessageContaining(
            "no permission to pull from subscription %s (pubsub.request-subscriber-id): it takes"
                + " roles/pubsub.subscriber",
            REQUESTS)
        .hasMessageContaining(
            "no permission to publish to topic %s (pubsub.result-topic-id): it takes"
                + " roles/pubsub.publisher",
            RESULTS)
        .hasMessageNotContaining(DEAD);
  }

  @Test
  void missing_topics_and_subscriptions_are_named_with_how_to_make_them() {
    pubSub.topics.clear();
    pubSub.subscriptions.clear();
    pubSub.forbidden.add(REQUESTS);

    assertThatThrownBy(this::open)
        .isInstanceOf(InvalidSettingsException.class)
        .hasMessageContaining("topic %s (pubsub.dead-letter-topic-id) does not exist", DEAD)
        .hasMessageContaining("gcloud pubsub topics create results")
        .hasMessageContaining("gcloud pubsub subscriptions create requests")
        .hasMessageNotContaining("no permission");
  }

  @Test
  void a_broker_that_is_not_there_is_an_io_failure_that_names_it() {
    pubSub.close();

    assertThatThrownBy(this::open)
        .isInstanceOf(UncheckedIOException.class)
        .hasMessageContaining(pubSub.endpoint().substring("http://".length()))
        .hasMessageContaining("PUBSUB_EMULATOR_HOST");
  }

  @Test
  void what_may_not_be_looked_at_is_used_all_the_same() throws Exception {
    pubSub.hidden.addAll(List.of(REQUESTS, RESULTS, DEAD));
    Delivery delivery = one("a");

    // Its ack deadline is not known: the lease is said.
    assertThat(pubSub.modifications)
        .extracting(ModifyAckDeadlineRequest::getAckDeadlineSeconds)
        .containsExactly(60);
    assertThat(transport.health().healthy()).isTrue();
    assertThat(queue().acknowledge(List.of(delivery))).isEmpty();
    assertThatThrownBy(() -> transport.submit("requests", List.of(Bytes.utf8("{}"))))
        .hasMessageContaining("roles/pubsub.viewer");
  }

  @Test
  void a_subscription_with_the_right_ack_deadline_spares_a_call() throws Exception {
    pubSub.subscriptions.put(REQUESTS, subscription(60, false));
    Delivery delivery = one("a");

    assertThat(delivery.lease()).isEqualTo(Duration.ofSeconds(60));
    assertThat(pubSub.modifications).isEmpty();
  }

  @Test
  void a_pull_asks_for_no_more_than_is_wanted_and_an_empty_answer_is_not_asked_for_at_once()
      throws Exception {
    settings.put("pubsub.pull", "unary");
    pubSub.impatient = true;
    open();
    assertThat(queue().receive(3, Duration.ofMillis(600))).isEmpty();
    assertThat(pubSub.pulls).allMatch(pull -> pull.getMaxMessages() == 3);
    // One in 50 ms, more or less; a broker that answers at once would get thousands.
    assertThat(pubSub.pulls).hasSizeBetween(1, 20);
  }

  @Test
  void what_a_pull_brings_when_nobody_waits_any_more_goes_back() throws Exception {
    settings.put("pubsub.pull", "unary");
    open();
    assertThat(queue().receive(2, Duration.ZERO)).isEmpty();

    pubSub.deliver("{}", "late", "later");

    Awaitility.await()
        .untilAsserted(
            () ->
                assertThat(pubSub.modifications)
                    .anySatisfy(
                        request -> {
                          assertThat(request.getAckDeadlineSeconds()).isZero();
                          assertThat(request.getAckIdsList()).containsExactly("late", "later");
                        }));
    assertThat(pubSub.pulls).hasSize(1);
  }

  @Test
  void acknowledgements_that_are_refused_for_good_are_lost_leases() throws Exception {
    List<Delivery> held = take("a", "b", "c");
    pubSub.acknowledging =
        request ->
            FakePubSub.ackIdFailures(
                Map.of(
                    "b", "PERMANENT_FAILURE_INVALID_ACK_ID",
                    "c", "TRANSIENT_FAILURE_UNORDERED_ACK_ID"));

    assertThat(queue().acknowledge(held)).containsExactlyElementsOf(held.subList(1, 3));
    assertThat(queue().extend(held)).containsExactlyElementsOf(held);
  }

  @Test
  void acknowledgements_that_fail_for_now_are_repeated_alone() throws Exception {
    List<Delivery> held = take("a", "b", "c");
    pubSub.acknowledging =
        request -> FakePubSub.ackIdFailures(Map.of("b", "TRANSIENT_FAILURE_SERVICE_UNAVAILABLE"));
    assertThatThrownBy(() -> queue().acknowledge(held)).isInstanceOf(PubSubException.class);

    pubSub.acknowledging = request -> null;
    assertThat(queue().acknowledge(held)).isEmpty();
    assertThat(pubSub.acknowledgements.get(0).getAckIdsList()).containsExactly("a", "b", "c");
    assertThat(pubSub.acknowledgements.get(1).getAckIdsList()).containsExactly("b");
    assertThat(queue().acknowledge(held)).hasSize(3);
  }

  @Test
  void an_ack_id_that_the_broker_objects_to_is_found_among_the_others() throws Exception {
    List<Delivery> held = take("a", "b", "c", "d", "e");
    pubSub.acknowledging =
        request ->
            request.getAckIdsList().contains("d")
                ? Status.INVALID_ARGUMENT.withDescription("Invalid ack id").asRuntimeException()
                : null;

    assertThat(queue().acknowledge(held)).containsExactly(held.get(3));
  }

  @Test
  void of_a_publication_that_failed_only_the_rest_is_repeated() throws Exception {
    settings.put("pubsub.batch-size", "1");
    List<Delivery> held = new ArrayList<>();
    open();
    for (String id : List.of("a", "b", "c")) {
      pubSub.deliver("{}", id);
      held.addAll(queue().receive(1, Duration.ofSeconds(20)));
    }
    List<Result> results = held.stream().map(FakePubSubTest::result).toList();
    pubSub.publishing =
        request -> has(request, "b") ? Status.UNAVAILABLE.asRuntimeException() : null;
    assertThatThrownBy(() -> transport.resultQueue().publish(results))
        .isInstanceOf(PubSubException.class)
        .hasMessageContaining(RESULTS);

    pubSub.publishing = request -> null;
    transport.resultQueue().publish(results);

    assertThat(pubSub.publications)
        .extracting(request -> request.getMessages(0).getAttributesOrThrow("id"))
        .containsExactlyInAnyOrder("a", "c", "b")
        .last()
        .isEqualTo("b");
  }

  @Test
  void a_result_that_is_refused_for_good_is_named_and_the_others_are_stored() throws Exception {
    List<Delivery> held = take("a", "b", "c");
    pubSub.publishing =
        request ->
            has(request, "b")
                ? Status.INVALID_ARGUMENT.withDescription("too odd").asRuntimeException()
                : null;
    List<Result> results = held.stream().map(FakePubSubTest::result).toList();

    assertThatThrownBy(() -> transport.resultQueue().publish(results))
        .isInstanceOfSatisfying(
            ResultRejectedException.class,
            refusal -> {
              assertThat(refusal.result()).isSameAs(results.get(1));
              assertThat(refusal).hasMessageContaining("too odd");
            });
    assertThat(pubSub.publications).noneMatch(request -> has(request, "b"));
    assertThat(pubSub.publications).anyMatch(request -> has(request, "c"));
  }

  @Test
  void permission_lost_later_is_told_with_the_resource() throws Exception {
    List<Delivery> held = take("a");
    pubSub.acknowledging =
        request ->
            Status.PERMISSION_DENIED.withDescription("User not authorized").asRuntimeException();

    assertThatThrownBy(() -> queue().acknowledge(held))
        .isInstanceOf(PubSubException.class)
        .hasMessageContaining(REQUESTS)
        .hasMessageContaining("User not authorized");
  }

  private static boolean has(PublishRequest request, String id) {
    return request.getMessagesList().stream()
        .anyMatch(message -> message.getAttributesOrDefault("id", "").equals(id));
  }

  private static Result result(Delivery delivery) {
    return new Result(
        delivery,
        ResultMessage.builder(Held.of(delivery).ackId())
            .answer(200, Bytes.utf8("{}"))
            .attempts(1)
            .build());
  }

  private static Subscription subscription(int ackDeadline, boolean exactlyOnce) {
    return Subscription.newBuilder()
        .setName(REQUESTS)
        .setTopic("projects/p/topics/requests")
        .setAckDeadlineSeconds(ackDeadline)
        .setEnableExactlyOnceDelivery(exactlyOnce)
        .build();
  }

  private void open() {
    GcpPubSubProvider provider = new GcpPubSubProvider();
    transport = (PubSubTransport) provider.open(Settings.of(provider.settings(), settings));
  }

  private RequestQueue queue() {
    return transport.requestQueues().get(0);
  }

  private Delivery one(String ackId) throws Exception {
    return take(ackId).get(0);
  }

  private List<Delivery> take(String... ackIds) throws Exception {
    pubSub.deliver("{}", ackIds);
    open();
    List<Delivery> taken = queue().receive(ackIds.length, Duration.ofSeconds(20));
    assertThat(taken).hasSize(ackIds.length);
    return taken;
  }
}
