package io.batchprocessor.gate;

import io.batchprocessor.message.Bytes;
import java.nio.charset.StandardCharsets;

/**
 * Finds how many tokens an answer has: {@code usage.completion_tokens}, as in the OpenAI API, which
 * servers write near the end. Looks no further than the last {@value #LOOKED_AT} bytes.
 */
final class AnswerTokens {

  private static final int LOOKED_AT = 2_048;
  private static final byte[] KEY = "\"completion_tokens\"".getBytes(StandardCharsets.US_ASCII);

  private AnswerTokens() {}

  /** The number; 0 if there is none. */
  static int of(Bytes body) {
    int end = body.length();
    int begin = Math.max(0, end - LOOKED_AT);
    byte[] tail = body.slice(begin, end).toByteArray();
    for (int at = tail.length - KEY.length; at >= 0; at--) {
      if (matches(tail, at)) {
        return number(tail, at + KEY.length);
      }
    }
    return 0;
  }

  private static boolean matches(byte[] in, int at) {
    for (int i = 0; i < KEY.length; i++) {
      if (in[at + i] != KEY[i]) {
        return false;
      }
    }
    return true;
  }

  private static int number(byte[] in, int from) {
    int value = 0;
    for (int at = from; at < in.length; at++) {
      byte read = in[at];
      if (read >= '0' && read <= '9' && value < 100_000_000) {
        value = 10 * value + read - '0';
      } else if (value > 0 || (read != ':' && read != ' ')) {
        break;
      }
    }
    return value;
  }
}
