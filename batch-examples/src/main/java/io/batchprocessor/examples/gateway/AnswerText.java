package io.batchprocessor.examples.gateway;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;

/** Writes the JSON that vLLM's OpenAI-compatible server answers with. */
final class AnswerText {
  private static final JsonFactory JSON = new JsonFactory();

  /** Each is about one token; the simulated model says nothing else. */
  private static final String[] VOCABULARY = {
    "the ", "batch ", "waits ", "until ", "live ", "traffic ", "leaves ", "room "
  };

  private interface Content {
    void write(JsonGenerator json) throws IOException;
  }

  private AnswerText() {}

  /** The answer to an inference call. */
  static byte[] completion(InferenceCall call, String id, long createdSeconds) {
    return object(
        json -> {
          json.writeStringField("id", (call.chat() ? "chatcmpl-" : "cmpl-") + id);
          json.writeStringField("object", call.chat() ? "chat.completion" : "text_completion");
          json.writeNumberField("created", createdSeconds);
          json.writeStringField("model", call.model());
          json.writeArrayFieldStart("choices");
          writeChoice(json, call);
          json.writeEndArray();
          json.writeObjectFieldStart("usage");
          json.writeNumberField("prompt_tokens", call.promptTokens());
          json.writeNumberField("completion_tokens", call.maxTokens());
          json.writeNumberField("total_tokens", call.promptTokens() + call.maxTokens());
          json.writeEndObject();
        });
  }

  /** An error in the form of the OpenAI API. */
  static byte[] error(int status, String type, String message) {
    return object(
        json -> {
          json.writeObjectFieldStart("error");
          json.writeStringField("message", message);
          json.writeStringField("type", type);
          json.writeNullField("param");
          json.writeNumberField("code", status);
          json.writeEndObject();
        });
  }

  /** The list of the one model served. */
  static byte[] models(String model, int modelTokens) {
    return object(
        json -> {
          json.writeStringField("object", "list");
          json.writeArrayFieldStart("data");
          json.writeStartObject();
          json.writeStringField("id", model);
          json.writeStringField("object", "model");
          json.writeStringField("owned_by", "simulated-gateway");
          json.writeNumberField("max_model_len", modelTokens);
          json.writeEndObject();
          json.writeEndArray();
        });
  }

  private static void writeChoice(JsonGenerator json, InferenceCall call) throws IOException {
    StringBuilder text = new StringBuilder(call.maxTokens() * 8);
    for (int i = 0; i < call.maxTokens(); i++) {
      text.append(VOCABULARY[i % VOCABULARY.length]);
    }
    json.writeStartObject();
    json.writeNumberField("index", 0);
    if (call.chat()) {
      json.writeObjectFieldStart("message");
      json.writeStringField("role", "assistant");
      json.writeStringField("content", text.toString());
      json.writeEndObject();
    } else {
      json.writeStringField("text", text.toString());
    }
    json.writeNullField("logprobs");
    json.writeStringField("finish_reason", "length");
    json.writeEndObject();
  }

  private static byte[] object(Content content) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream(512);
    try (JsonGenerator json = JSON.createGenerator(bytes)) {
      json.writeStartObject();
      content.write(json);
      json.writeEndObject();
    } catch (IOException e) {
      throw new UncheckedIOException("writing to memory failed", e);
    }
    return bytes.toByteArray();
  }
}
