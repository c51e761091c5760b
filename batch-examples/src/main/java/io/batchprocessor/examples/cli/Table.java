package io.batchprocessor.examples.cli;

import com.fasterxml.jackson.databind.json.JsonMapper;
import io.batchprocessor.spi.InvalidSettingsException;
import io.batchprocessor.spi.Transport;
import java.io.PrintStream;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/** Rows for people, in columns, or for programs, a JSON object a line. */
final class Table implements AutoCloseable {

  private static final JsonMapper JSON = new JsonMapper();

  private final PrintStream out;
  private final boolean json;
  private final List<Map<String, String>> rows = new ArrayList<>();

  Table(PrintStream out, boolean json) {
    this.out = out;
    this.json = json;
  }

  /**
   * The transport as one with an optional ability.
   *
   * @param what it is for, for the one line that says that it is missing
   * @throws InvalidSettingsException if it lacks it
   */
  static <T> T need(Class<T> ability, Transport transport, String what) {
    if (!ability.isInstance(transport)) {
      throw new InvalidSettingsException(
          "this transport can't %s: it has no %s".formatted(what, ability.getSimpleName()));
    }
    return ability.cast(transport);
  }

  /**
   * A row: names and values in turns. A value of null is left out, or a dash; a name that is empty
   * is no column.
   */
  void row(@Nullable Object... namesAndValues) {
    Map<String, Object> row = new LinkedHashMap<>();
    for (int i = 0; i < namesAndValues.length; i += 2) {
      Object value = namesAndValues[i + 1];
      if (value != null && !"".equals(namesAndValues[i])) {
        row.put(String.valueOf(namesAndValues[i]), value);
      }
    }
    if (json) {
      out.println(JSON.valueToTree(row).toString());
      out.flush();
      return;
    }
    Map<String, String> texts = new LinkedHashMap<>();
    for (int i = 0; i < namesAndValues.length; i += 2) {
      if (!"".equals(namesAndValues[i])) {
        texts.put(
            String.valueOf(namesAndValues[i]),
            Objects.toString(namesAndValues[i + 1], "-").replaceAll("\\R", " "));
      }
    }
    rows.add(texts);
  }

  /** Writes what people read: columns as wide as what is in them. */
  @Override
  public void close() {
    if (rows.isEmpty()) {
      return;
    }
    List<String> names = List.copyOf(rows.get(0).keySet());
    Map<String, Integer> widths = new LinkedHashMap<>();
    names.forEach(name -> widths.put(name, width(name)));
    out.println(line(names, widths, name -> name.toUpperCase(Locale.ROOT)));
    rows.forEach(row -> out.println(line(names, widths, name -> String.valueOf(row.get(name)))));
    rows.clear();
    out.flush();
  }

  private int width(String name) {
    return Math.max(
        name.length(),
        rows.stream().mapToInt(row -> row.getOrDefault(name, "").length()).max().orElse(0));
  }

  private static String line(
      List<String> names, Map<String, Integer> widths, UnaryOperator<String> text) {
    StringBuilder line = new StringBuilder();
    for (String name : names) {
      String value = text.apply(name);
      line.append(value)
          .append(" ".repeat(Math.max(0, widths.getOrDefault(name, 0) - value.length()) + 2));
    }
    return line.toString().stripTrailing();
  }
}
