package io.batchprocessor.message;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import java.io.IOException;

/**
 * JSON as RFC 8259 has it: one value, in UTF-8, nothing after it.
 *
 * <p>One text of its grammar is refused: a field name with an unpaired surrogate as an escape,
 * which Jackson does not read and whose meaning section 8.2 leaves open.
 */
final class JsonText {

  private static final JsonFactory FACTORY = factory(RequestMessage.MAX_NESTING);

  /**
   * For finding the id of a message that is nested too deeply. Bounded still: the parser keeps an
   * object for each level.
   */
  private static final JsonFactory DEEP_FACTORY = factory(100 * RequestMessage.MAX_NESTING);

  private JsonText() {}

  private static JsonFactory factory(int maxNesting) {
    return JsonFactory.builder()
        // Offsets must count bytes, so only the byte-based parser will do: it is used for UTF-8
        // alone, and only while names are canonicalized.
        .disable(JsonFactory.Feature.CHARSET_DETECTION)
        .enable(JsonFactory.Feature.CANONICALIZE_FIELD_NAMES)
        .disable(JsonFactory.Feature.INTERN_FIELD_NAMES)
        .disable(StreamReadFeature.INCLUDE_SOURCE_IN_LOCATION)
        .streamReadConstraints(
            StreamReadConstraints.builder()
                .maxNestingDepth(maxNesting)
                .maxNumberLength(Integer.MAX_VALUE)
                .maxStringLength(Integer.MAX_VALUE)
                .maxNameLength(Integer.MAX_VALUE)
                .build())
        .build();
  }

  /** A parser that refuses what is nested deeper than {@link RequestMessage#MAX_NESTING}. */
  static JsonParser parser(Bytes json) throws IOException {
    return FACTORY.createParser(json.backingArray(), json.backingOffset(), json.length());
  }

  /** A parser that goes deeper, for finding an id. */
  static JsonParser deepParser(Bytes json) throws IOException {
    return DEEP_FACTORY.createParser(json.backingArray(), json.backingOffset(), json.length());
  }

  /**
   * Whether {@code text} is one JSON value that stays within {@link RequestMessage#MAX_NESTING} as
   * a field of a message.
   */
  static boolean isFieldValue(Bytes text) {
    if (Utf8.firstMalformed(text) >= 0) {
      return false;
    }
    try (JsonParser parser = parser(text)) {
      return skipValue(parser);
    } catch (IOException e) {
      return false;
    }
  }

  /** Without the white space of RFC 8259, section 2 at both ends. */
  static Bytes strip(Bytes text) {
    int begin = 0;
    int end = text.length();
    while (begin < end && isSpace(text.at(begin))) {
      begin++;
    }
    while (begin < end && isSpace(text.at(end - 1))) {
      end--;
    }
    return text.slice(begin, end);
  }

  private static boolean isSpace(byte b) {
    return b == ' ' || b == '\n' || b == '\r' || b == '\t';
  }

  /** Reads to the end, because the parser checks a string only when it goes on from it. */
  private static boolean skipValue(JsonParser parser) throws IOException {
    JsonToken token = parser.nextToken();
    if (token == null) {
      return false;
    }
    int depth = 0;
    do {
      if (token.isStructStart() && ++depth == RequestMessage.MAX_NESTING) {
        return false;
      }
      if (token.isStructEnd()) {
        depth--;
      }
      token = parser.nextToken();
    } while (depth > 0 && token != null);
    return token == null;
  }
}
