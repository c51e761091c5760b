package io.batchprocessor.message;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
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
    byte[] array = answer.backingArray();
    int begin = answer.backingOffset();
    int end = begin + answer.length();
    int at = end - KEY.length;
    while (at >= Math.max(begin, end - WINDOW)) {
      if (isKey(array, at, begin)) {
        UsageScanner scanner = new UsageScanner(answer, at - begin + KEY.length);
        if (scanner.entersObject()) {
          return scanner.usage();
        }
      }
      at -= shift(array[at]);
    }
    return Optional.empty();
  }

  /** Within a string each quote has a backslash before it, so that this is a whole string. */
  private static boolean isKey(byte[] array, int at, int begin) {
    return Arrays.equals(array, at, at + KEY.length, KEY, 0, KEY.length)
        && (at == begin || array[at - 1] != '\\');
  }

  /**
   * How far to the left of a byte the key can begin at the nearest, if it does not begin there
   * (Horspool, Practical fast searching in strings, 1980; from the end).
   */
  private static int shift(byte atBeginning) {
    return switch (atBeginning) {
      case 'u' -> 1;
      case 's' -> 2;
      case 'a' -> 3;
      case 'g' -> 4;
      case 'e' -> 5;
      case '"' -> 6;
      default -> 7;
    };
  }
}
