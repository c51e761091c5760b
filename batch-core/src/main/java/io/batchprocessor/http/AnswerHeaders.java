package io.batchprocessor.http;

import java.util.AbstractMap;
import java.util.AbstractSet;
import java.util.Arrays;
import java.util.Iterator;
import java.util.Locale;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The headers of an answer: lower-case names, the first value of each, in the order in which they
 * came.
 *
 * <p>One array, searched from its start: answers have a handful of headers, of which one or two are
 * ever asked for, so that a hash table costs more to fill than it saves. Immutable.
 */
final class AnswerHeaders extends AbstractMap<String, String> {

  /** Name, value, name, value. */
  private final String[] pairs;

  private AnswerHeaders(String[] pairs) {
    this.pairs = pairs;
  }

  @Override
  public @Nullable String get(@Nullable Object name) {
    for (int i = 0; i < pairs.length; i += 2) {
      if (pairs[i].equals(name)) {
        return pairs[i + 1];
      }
    }
    return null;
  }

  @Override
  public boolean containsKey(@Nullable Object name) {
    return get(name) != null;
  }

  @Override
  public int size() {
    return pairs.length / 2;
  }

  @Override
  public Set<Map.Entry<String, String>> entrySet() {
    return new AbstractSet<>() {
      @Override
      public Iterator<Map.Entry<String, String>> iterator() {
        return new Pairs();
      }

      @Override
      public int size() {
        return AnswerHeaders.this.size();
      }
    };
  }

  private final class Pairs implements Iterator<Map.Entry<String, String>> {

    private int next;

    @Override
    public boolean hasNext() {
      return next < pairs.length;
    }

    @Override
    public Map.Entry<String, String> next() {
      if (!hasNext()) {
        throw new NoSuchElementException();
      }
      next += 2;
      return Map.entry(pairs[next - 2], pairs[next - 1]);
    }
  }

  /** Takes headers as they come. */
  static final class Builder {

    private String[] pairs;
    private int length;

    /** Has room for {@code count} headers; more are taken too. */
    Builder(int count) {
      pairs = new String[2 * count];
    }

    /** Adds a header, unless the name is there already. */
    void add(String name, String value) {
      String lower = name.toLowerCase(Locale.ROOT);
      for (int i = 0; i < length; i += 2) {
        if (pairs[i].equals(lower)) {
          return;
        }
      }
      if (length == pairs.length) {
        pairs = Arrays.copyOf(pairs, 2 * length + 2);
      }
      pairs[length] = lower;
      pairs[length + 1] = value;
      length += 2;
    }

    AnswerHeaders build() {
      return new AnswerHeaders(length == pairs.length ? pairs : Arrays.copyOf(pairs, length));
    }
  }
}
