package io.batchprocessor.examples.service;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.batchprocessor.BatchProcessor;
import io.batchprocessor.spi.DeadLetterReview;
import io.batchprocessor.spi.StoredDeadLetter;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What whoever has the token may do. Each change is logged. */
final class Controls {

  private static final Logger LOG = LoggerFactory.getLogger(Controls.class);
  private static final JsonMapper JSON = new JsonMapper();
  private static final int LETTERS_SHOWN = 50;

  /** More than anybody reads on a page; the command dead-letters list shows all. */
  private static final int BODY_BYTES_SHOWN = 64 * 1024;

  private static final String KEY = "key";

  private final BatchProcessor processor;
  private final boolean payloads;

  Controls(BatchProcessor processor, boolean payloads) {
    this.processor = processor;
    this.payloads = payloads;
  }

  /** Whether there is such an action. */
  static boolean knows(String path) {
    return switch (path) {
      case "/api/pause",
          "/api/resume",
          "/api/concurrency",
          "/api/cancel",
          "/api/dead-letters/retry",
          "/api/dead-letters/drop" ->
          true;
      default -> false;
    };
  }

  /** Does it. What can't be done is told with its reason. */
  Reply act(String path, String body) {
    try {
      JsonNode arguments = JSON.readTree(body.isBlank() ? "{}" : body);
      Reply reply = act(path, arguments);
      LOG.info("{}: {}", path, reply.status() == 200 ? "done" : "not done");
      return reply;
    } catch (JsonProcessingException e) {
      return Reply.error(400, "the body is not JSON");
    } catch (IllegalArgumentException e) {
      return Reply.error(400, String.valueOf(e.getMessage()));
    } catch (IllegalStateException e) {
      return Reply.error(409, String.valueOf(e.getMessage()));
    }
  }

  private Reply act(String path, JsonNode arguments) {
    return switch (path) {
      case "/api/pause" -> {
        processor.pause();
        yield done(true);
      }
      case "/api/resume" -> {
        processor.resume();
        yield done(true);
      }
      case "/api/concurrency" -> {
        processor.concurrency(text(arguments, "pool"), integer(arguments, "concurrency"));
        yield done(true);
      }
      case "/api/cancel" -> done(processor.cancel(text(arguments, "id")));
      case "/api/dead-letters/retry" ->
          reviewed(review -> review.retryDeadLetter(text(arguments, KEY)));
      case "/api/dead-letters/drop" ->
          reviewed(review -> review.dropDeadLetter(text(arguments, KEY)));
      default -> Reply.error(404, "there is no " + path);
    };
  }

  /** The oldest dead letters, with the beginning of what they say where that may be shown. */
  Reply deadLetters() {
    return processor
        .ability(DeadLetterReview.class)
        .map(review -> Reply.json(list(review)))
        .orElseGet(Controls::cannot);
  }

  private ObjectNode list(DeadLetterReview review) {
    ObjectNode json = JsonNodeFactory.instance.objectNode();
    ArrayNode letters = json.putArray("deadLetters");
    for (StoredDeadLetter letter :
        review.deadLetters(LETTERS_SHOWN, payloads ? BODY_BYTES_SHOWN : 0)) {
      ObjectNode one = letters.addObject();
      one.put(KEY, letter.key());
      one.put("queue", letter.queue());
      one.put("bytes", letter.bytes());
      letter
          .stored()
          .ifPresentOrElse(at -> one.put("storedAt", at.toString()), () -> one.putNull("storedAt"));
      if (payloads) {
        // A reason may quote the message that it is about.
        one.put("reason", letter.reason());
        one.put("body", letter.body().toUtf8());
        one.put("cut", letter.body().length() < letter.bytes());
      }
    }
    return json;
  }

  private Reply reviewed(Function<DeadLetterReview, Boolean> action) {
    return processor
        .ability(DeadLetterReview.class)
        .map(review -> done(action.apply(review)))
        .orElseGet(Controls::cannot);
  }

  private static Reply cannot() {
    return Reply.error(501, "the transport can't show its dead letters");
  }

  private static Reply done(boolean done) {
    return Reply.json(JsonNodeFactory.instance.objectNode().put("done", done));
  }

  private static String text(JsonNode arguments, String name) {
    JsonNode value = arguments.path(name);
    if (!value.isTextual() || value.textValue().isBlank()) {
      throw new IllegalArgumentException("'" + name + "' is missing: it must be text");
    }
    return value.textValue();
  }

  private static int integer(JsonNode arguments, String name) {
    JsonNode value = arguments.path(name);
    if (!value.canConvertToExactIntegral() || !value.canConvertToInt()) {
      throw new IllegalArgumentException("'" + name + "' is missing: it must be a whole number");
    }
    return value.intValue();
  }
}
