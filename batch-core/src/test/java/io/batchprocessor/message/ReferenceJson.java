package io.batchprocessor.message;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The grammar of RFC 8259, rule by rule and slowly: the judge of the scanner that is used. */
final class ReferenceJson {

  private static final Pattern SPACE = Pattern.compile("[ \\t\\n\\r]*");
  private static final Pattern NUMBER =
      Pattern.compile("-?(0|[1-9][0-9]*)(\\.[0-9]+)?([eE][+-]?[0-9]+)?");
  private static final Pattern STRING =
      Pattern.compile("\"([^\"\\\\\\x00-\\x1F]|\\\\([\"\\\\/bfnrt]|u[0-9a-fA-F]{4}))*+\"");
  private static final Pattern LITERAL = Pattern.compile("true|false|null");

  private final String text;
  private final int maxDepth;
  private int at;

  private ReferenceJson(String text, int maxDepth) {
    this.text = text;
    this.maxDepth = maxDepth;
  }

  static boolean isValue(byte[] bytes, int maxDepth) {
    try {
      String text = StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
      ReferenceJson json = new ReferenceJson(text, maxDepth);
      return json.element(0) && json.at == text.length();
    } catch (CharacterCodingException e) {
      return false;
    }
  }

  private boolean element(int depth) {
    return take(SPACE) && value(depth) && take(SPACE);
  }

  private boolean value(int depth) {
    if (take("{")) {
      return depth < maxDepth && elements("}", true, depth + 1);
    }
    if (take("[")) {
      return depth < maxDepth && elements("]", false, depth + 1);
    }
    return take(STRING) || take(NUMBER) || take(LITERAL);
  }

  private boolean elements(String close, boolean named, int depth) {
    take(SPACE);
    if (take(close)) {
      return true;
    }
    do {
      if (named && !(take(SPACE) && take(STRING) && take(SPACE) && take(":"))) {
        return false;
      }
      if (!element(depth)) {
        return false;
      }
    } while (take(","));
    return take(close);
  }

  private boolean take(String token) {
    if (!text.startsWith(token, at)) {
      return false;
    }
    at += token.length();
    return true;
  }

  private boolean take(Pattern token) {
    Matcher matcher = token.matcher(text).region(at, text.length());
    if (!matcher.lookingAt()) {
      return false;
    }
    at = matcher.end();
    return true;
  }
}
