package io.batchprocessor.examples.demo;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.batchprocessor.message.Bytes;
import io.batchprocessor.message.RequestMessage;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/**
 * The requests of the demonstration: each bundled prompt about each bundled topic, always the same,
 * and a few that can't be answered, because such come in every real batch.
 */
final class SampleRequests {

  private static final ObjectMapper JSON = new ObjectMapper();
  private static final Duration TIME_LEFT = Duration.ofMinutes(10);
  private static final int MAX_ID_CHARACTERS = 32;

  private SampleRequests() {}

  static List<Bytes> all(Instant now) {
    List<Bytes> messages = new ArrayList<>();
    for (String topic : lines("topics.txt")) {
      for (String template : lines("prompts.jsonl")) {
        messages.add(request(template, topic, now.plus(TIME_LEFT)));
      }
    }
    messages.add(messages.size() / 4, late(now));
    messages.add(messages.size() / 2, withoutPayload(now));
    return messages;
  }

  private static Bytes request(String template, String topic, Instant deadline) {
    try {
      JsonNode parsed = JSON.readTree(template);
      ObjectNode payload =
          JSON.createObjectNode()
              .put("model", "simulated-llama-3.1-8b")
              .put("prompt", parsed.get("prompt").asText().replace("{topic}", topic))
              .put("max_tokens", parsed.get("max_tokens").asInt());
      return RequestMessage.builder(id(parsed.get("task").asText(), topic))
          .deadline(deadline)
          .metadata("topic", topic)
          .payload(JSON.writeValueAsString(payload))
          .build()
          .toJson();
    } catch (IOException e) {
      throw new UncheckedIOException("bundled prompt can't be read", e);
    }
  }

  private static Bytes late(Instant now) {
    return RequestMessage.builder("came-too-late")
        .deadline(now.minusSeconds(1))
        .payload("{\"prompt\": \"What was the news of yesterday?\"}")
        .build()
        .toJson();
  }

  private static Bytes withoutPayload(Instant now) {
    return Bytes.utf8(
        "{\"id\": \"has-no-payload\", \"deadline\": %d}"
            .formatted(now.plus(TIME_LEFT).getEpochSecond()));
  }

  private static String id(String task, String topic) {
    String words = task + "-" + topic.replaceAll("[^A-Za-z]+", "-");
    return words.substring(0, Math.min(words.length(), MAX_ID_CHARACTERS));
  }

  private static List<String> lines(String resource) {
    try (InputStream in = SampleRequests.class.getResourceAsStream(resource)) {
      if (in == null) {
        throw new IllegalStateException("bundled file " + resource + " is missing");
      }
      return new String(in.readAllBytes(), StandardCharsets.UTF_8).lines().toList();
    } catch (IOException e) {
      throw new UncheckedIOException("bundled file " + resource + " can't be read", e);
    }
  }
}
