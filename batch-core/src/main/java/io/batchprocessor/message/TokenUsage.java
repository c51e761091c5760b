package io.batchprocessor.message;

import java.nio.charset.StandardCharsets;
import java.util.Optional;

/**
 * The tokens that an answer says it took, in the object {@code usage} that OpenAI's and Anthropic's
 * interfaces know: {@code prompt_tokens} and {@code completion_tokens}, or {@code input_tokens} and
 * {@code output_tokens}.
 *
 * @param input tokens that were read; 0 if the answer doesn't say
 * @param output tokens that were made; 0 if the answer doesn't say
 */
public record TokenUsage(long input, long output) {

  /** Answers end with it, or nearly so: further ahead it is not looked for. */
  private static final int WINDOW = 16 << 10;

  private static final byte[] KEY = "\"usage\"".getBytes(StandardCharsets.US_ASCII);

  /**
   * Finds it near the end of an answer, in time that does not grow with the answer, without parsing
   * the rest. Empty if there is none, or if it holds none of the four numbers.
   *
   * @param answer JSON; anything else gives empty
   */
  public static Optional<TokenUsage> of(Bytes answer) {
    int end = answer.length();
    int first = Math.max(0, end - WINDOW);
    for (int at = end - KEY.length; at >= first; at--) {
      if (isKey(answer, at)) {
        UsageScanner scanner = new UsageScanner(answer, at + KEY.length);
        if (scanner.entersObject()) {
          return scanner.usage();
        }
      }
    }
    return Optional.empty();
  }

  /** Within a string each quote has a backslash before it, so that this is a whole string. */
  private static boolean isKey(Bytes answer, int at) {
    for (int i = 0; i < KEY.length; i++) {
      if (answer.at(at + i) != KEY[i]) {
        return false;
      }
    }
    return at == 0 || answer.at(at - 1) != '\\';
  }
}
