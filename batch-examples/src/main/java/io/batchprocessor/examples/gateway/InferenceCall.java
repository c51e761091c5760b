package io.batchprocessor.examples.gateway;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;

/**
 * What a request's body asks for, as far as the simulator cares.
 *
 * @param chat answered in the form of a chat completion, not of a completion
 * @param model the model's name, as the request gave it, or the gateway's own
 * @param promptTokens tokens of the prompt, estimated
 * @param maxTokens tokens to generate
 */
record InferenceCall(boolean chat, String model, int promptTokens, int maxTokens) {

  /**
   * Characters of English text in one token, roughly: OpenAI's rule of thumb in its help article
   * "What are tokens and how to count them?".
   */
  private static final int CHARS_PER_TOKEN = 4;

  private static final JsonMapper JSON =
      JsonMapper.builder().enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS).build();

  /** A request that the gateway refuses with status 400, and why. */
  static final class RefusedException extends Exception {
    private static final long serialVersionUID = 1L;

    private final String reason;

    RefusedException(String reason) {
      super(reason);
      this.reason = reason;
    }

    String reason() {
      return reason;
    }
  }

  /**
   * Reads a body.
   *
   * @param body the request's body
   * @param defaultModel the model's name if the body has none
   * @param defaultMaxTokens tokens to generate if the body doesn't say
   * @param modelTokens the most tokens that prompt and answer may have together
   * @throws RefusedException if the body is not JSON, or not of a form that vLLM would accept
   */
  static InferenceCall read(byte[] body, String defaultModel, int defaultMaxTokens, int modelTokens)
      throws RefusedException {
    JsonNode root = parse(body);
    if (!root.isObject()) {
      throw new RefusedException("the body must be a JSON object");
    }
    if (root.path("stream").asBoolean()) {
      throw new RefusedException("'stream' is not supported by the simulated gateway");
    }
    JsonNode messages = root.get("messages");
    JsonNode prompt = messages != null ? messages : root.get("prompt");
    if (prompt == null) {
      throw new RefusedException("the body must have a 'prompt' or 'messages'");
    }
    long promptTokens = Math.max(1, tokens(prompt));
    long maxTokens = maxTokens(root, defaultMaxTokens);
    if (promptTokens + maxTokens > modelTokens) {
      throw new RefusedException(
          "the model has room for %d tokens; the prompt has %d and max_tokens is %d"
              .formatted(modelTokens, promptTokens, maxTokens));
    }
    String model = root.path("model").asText(defaultModel);
    return new InferenceCall(messages != null, model, (int) promptTokens, (int) maxTokens);
  }

  private static JsonNode parse(byte[] body) throws RefusedException {
    try {
      return JSON.readTree(body);
    } catch (JsonProcessingException e) {
      var at = e.getLocation();
      String where =
          at == null ? "" : " (line %d, column %d)".formatted(at.getLineNr(), at.getColumnNr());
      throw new RefusedException("the body is not JSON" + where);
    } catch (IOException e) {
      throw new RefusedException("the body is not JSON");
    }
  }

  private static long maxTokens(JsonNode root, int defaultMaxTokens) throws RefusedException {
    for (String name : new String[] {"max_completion_tokens", "max_tokens"}) {
      JsonNode value = root.get(name);
      if (value == null || value.isNull()) {
        continue;
      }
      if (!value.canConvertToInt() || !value.isIntegralNumber() || value.asInt() < 1) {
        throw new RefusedException("'" + name + "' must be a whole number of at least 1");
      }
      return value.asInt();
    }
    return defaultMaxTokens;
  }

  /** Text counts by its length; numbers are token ids, and count as one each. */
  private static long tokens(JsonNode node) {
    if (node.isTextual()) {
      return (node.textValue().length() + CHARS_PER_TOKEN - 1L) / CHARS_PER_TOKEN;
    }
    if (node.isNumber()) {
      return 1;
    }
    long sum = 0;
    for (JsonNode child : node) {
      sum += tokens(child);
    }
    return sum;
  }
}
