package io.batchprocessor.message;

import java.util.BitSet;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Goes through JSON as RFC 8259 has it, strictly and from front to back. What nobody asks for is
 * checked and skipped, without a string or an object being made of it, so that names and values
 * never seen before cost no more than others.
 *
 * <p>The text must be UTF-8: {@link Utf8} is asked first.
 */
final class JsonScanner extends JsonTokens {

  private final Bytes json;
  private final int maxNesting;
  private final List<String> knownNames;

  /** Of each array and object around the place: is it an object? */
  private final BitSet objects = new BitSet();

  private boolean atFirstName;

  /**
   * A scanner at the beginning of {@code json}.
   *
   * @param maxNesting how deep a value that is skipped may be nested
   * @param knownNames names in ASCII that are likely to come, so that they need not be made anew
   */
  JsonScanner(Bytes json, int maxNesting, List<String> knownNames) {
    super(json);
    this.json = json;
    this.maxNesting = maxNesting;
    this.knownNames = knownNames;
  }

  /** Enters an object, for {@link #nextName}. */
  void enterObject() {
    expect('{');
    atFirstName = true;
  }

  /** The next name in the object that was entered, up to its value; null behind the object. */
  @Nullable String nextName() {
    boolean first = atFirstName;
    atFirstName = false;
    if (skipIf('}')) {
      return null;
    }
    if (!first) {
      expect(',');
    }
    next();
    String name = knownName();
    if (name == null) {
      name = string();
    }
    expect(':');
    return name;
  }

  /** The value that follows, byte for byte. */
  Bytes slice() {
    next();
    int begin = position();
    skipValue();
    return json.slice(begin, position());
  }

  /** Checks and skips the value that follows (sections 3 to 5). */
  void skipValue() {
    int depth = 0;
    do {
      int first = next();
      boolean entered = first == '{' || first == '[';
      if (entered) {
        enter(first, depth++);
      } else {
        skipScalar(first);
      }
      if (!entered || next() == closing(depth)) {
        depth = leave(depth);
      }
      if (depth > 0 && objects.get(depth - 1)) {
        next();
        skipString();
        expect(':');
      }
    } while (depth > 0);
  }

  private void enter(int opening, int depth) {
    if (depth == maxNesting) {
      throw MessageReader.fault(
          "message: nested deeper than " + RequestMessage.MAX_NESTING + " levels");
    }
    expect((char) opening);
    objects.set(depth, opening == '{');
  }

  /** Leaves what ends here; the depth at which a next value follows, or 0. */
  private int leave(int depth) {
    int left = depth;
    while (left > 0 && !skipIf(',')) {
      expect(closing(left));
      left--;
    }
    return left;
  }

  private char closing(int depth) {
    return objects.get(depth - 1) ? '}' : ']';
  }

  private @Nullable String knownName() {
    for (String name : knownNames) {
      if (isAtString(name)) {
        skipString();
        return name;
      }
    }
    return null;
  }
}
