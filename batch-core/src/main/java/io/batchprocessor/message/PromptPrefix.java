package io.batchprocessor.message;

import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * How the prompt of a request begins, as an engine with a prefix cache sees it: what OpenAI's chat
 * completions have as the first message of role {@code system} or {@code developer}, or, without
 * one, as the first message; and what completions have as {@code prompt}.
 */
public final class PromptPrefix {

  private static final List<String> PROMPTS = List.of("messages", "prompt");
  private static final List<String> TEXT = List.of("text");

  private PromptPrefix() {}

  /**
   * The first characters, unescaped. Reads as far as it needs and makes nothing of the rest. Of
   * several prompts, and of content in several parts, the first text counts.
   *
   * @param payload JSON; anything else gives empty
   * @param characters how many (UTF-16); positive
   * @return empty if there is no such text
   */
  public static Optional<String> of(Bytes payload, int characters) {
    JsonScanner scanner = JsonField.scannerAt(payload, PROMPTS);
    if (scanner == null) {
      return Optional.empty();
    }
    try {
      return Optional.ofNullable(
          switch (scanner.kind()) {
            case STRING -> scanner.beginning(characters);
            case ARRAY -> ofArray(scanner, characters);
            default -> null;
          });
    } catch (InvalidMessageException e) {
      return Optional.empty();
    }
  }

  private static @Nullable String ofArray(JsonScanner scanner, int characters) {
    scanner.expect('[');
    return switch (scanner.next()) {
      case '"' -> scanner.beginning(characters);
      case '{' -> ofMessages(scanner, characters);
      default -> null;
    };
  }

  private static @Nullable String ofMessages(JsonScanner scanner, int characters) {
    String first = null;
    boolean atFirst = true;
    do {
      if (scanner.kind() != JsonKind.OBJECT) {
        return first;
      }
      Message message = message(scanner, characters);
      if (message.isInstruction()) {
        return message.content();
      }
      first = atFirst ? message.content() : first;
      atFirst = false;
    } while (scanner.skipIf(','));
    return first;
  }

  private record Message(@Nullable String role, @Nullable String content) {

    boolean isInstruction() {
      return "system".equals(role) || "developer".equals(role);
    }
  }

  private static Message message(JsonScanner scanner, int characters) {
    String role = null;
    String content = null;
    scanner.enterObject();
    for (String name = scanner.nextName(); name != null; name = scanner.nextName()) {
      if (name.equals("role") && scanner.kind() == JsonKind.STRING) {
        role = scanner.beginning("developer".length() + 1);
      } else if (name.equals("content")) {
        content = content(scanner, characters);
        continue;
      }
      scanner.skipValue();
    }
    return new Message(role, content);
  }

  /** Goes past the content. */
  private static @Nullable String content(JsonScanner scanner, int characters) {
    if (scanner.kind() == JsonKind.STRING) {
      String text = scanner.beginning(characters);
      scanner.skipValue();
      return text;
    }
    return firstText(scanner.slice(), characters);
  }

  /** Of content in parts. */
  private static @Nullable String firstText(Bytes content, int characters) {
    JsonScanner parts = new JsonScanner(content, RequestMessage.MAX_NESTING, TEXT);
    if (parts.kind() != JsonKind.ARRAY) {
      return null;
    }
    parts.expect('[');
    while (!parts.skipIf(']')) {
      JsonScanner text = JsonField.scannerAt(parts.slice(), TEXT);
      if (text != null && text.kind() == JsonKind.STRING) {
        return text.beginning(characters);
      }
      boolean unused = parts.skipIf(',');
    }
    return null;
  }
}
