package io.batchprocessor.gate;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;

/**
 * Reads the Prometheus text exposition format, version 0.0.4: one sample a line, comments after
 * {@code #}. What OpenMetrics adds at the end of a line (exemplars) is passed over, as timestamps
 * are. A page with a line that is no sample is refused as a whole, as Prometheus does: half a page
 * would pass for a quiet gateway.
 *
 * <p>The format: https://prometheus.io/docs/instrumenting/exposition_formats/
 */
final class ExpositionText {

  private final String text;
  private final Predicate<String> wanted;
  private final List<MetricSample> samples = new ArrayList<>();
  private int at;
  private int line;

  private ExpositionText(String text, Predicate<String> wanted) {
    this.text = text;
    this.wanted = wanted;
  }

  /**
   * The samples of a page.
   *
   * @param wanted which names; the rest of other lines is not looked at
   * @throws IllegalArgumentException naming the line that can't be read
   */
  static MetricSamples parse(String text, Predicate<String> wanted) {
    return new MetricSamples(new ExpositionText(text, wanted).samples());
  }

  private List<MetricSample> samples() {
    while (at < text.length()) {
      line++;
      skipBlanks();
      if (at < text.length() && text.charAt(at) != '\n' && text.charAt(at) != '#') {
        sample();
      }
      skipLine();
    }
    return samples;
  }

  private void sample() {
    String name = name();
    if (wanted.test(name)) {
      skipBlanks();
      Map<String, String> labels = at('{') ? labels() : Map.of();
      skipBlanks();
      samples.add(new MetricSample(name, labels, value()));
    }
  }

  private Map<String, String> labels() {
    Map<String, String> labels = new HashMap<>();
    at++;
    skipBlanks();
    while (!at('}')) {
      String name = name();
      skipBlanks();
      expect('=');
      skipBlanks();
      labels.put(name, quoted());
      skipBlanks();
      if (!at('}')) {
        expect(',');
        skipBlanks();
      }
    }
    at++;
    return labels;
  }

  /** A metric's name, which may have colons, or a label's, which may not: nobody minds here. */
  private String name() {
    int start = at;
    while (at < text.length() && isNamePart(text.charAt(at), at == start)) {
      at++;
    }
    if (at == start) {
      throw fault("a name");
    }
    return text.substring(start, at);
  }

  private static boolean isNamePart(char c, boolean first) {
    return (c >= 'a' && c <= 'z')
        || (c >= 'A' && c <= 'Z')
        || c == '_'
        || c == ':'
        || (!first && c >= '0' && c <= '9');
  }

  private String quoted() {
    expect('"');
    StringBuilder value = new StringBuilder();
    while (!at('"')) {
      if (at >= text.length() || text.charAt(at) == '\n') {
        throw fault("the end of a label's value");
      }
      char c = text.charAt(at++);
      value.append(c == '\\' ? unescaped() : c);
    }
    at++;
    return value.toString();
  }

  private char unescaped() {
    char c = at < text.length() ? text.charAt(at++) : ' ';
    return switch (c) {
      case 'n' -> '\n';
      case '"', '\\' -> c;
      default -> throw fault("\\n, \\\" or \\\\ in a label's value");
    };
  }

  /** As Go writes numbers, which Java reads but for infinity. */
  private double value() {
    int start = at;
    while (at < text.length() && !isBlank(text.charAt(at)) && text.charAt(at) != '\n') {
      at++;
    }
    String word = text.substring(start, at);
    try {
      return switch (word) {
        case "+Inf", "Inf" -> Double.POSITIVE_INFINITY;
        case "-Inf" -> Double.NEGATIVE_INFINITY;
        default -> Double.parseDouble(word);
      };
    } catch (NumberFormatException e) {
      throw fault("a number");
    }
  }

  private boolean at(char c) {
    return at < text.length() && text.charAt(at) == c;
  }

  private void expect(char c) {
    if (!at(c)) {
      throw fault("'" + c + "'");
    }
    at++;
  }

  private void skipBlanks() {
    while (at < text.length() && isBlank(text.charAt(at))) {
      at++;
    }
  }

  private void skipLine() {
    int end = text.indexOf('\n', at);
    at = end < 0 ? text.length() : end + 1;
  }

  private static boolean isBlank(char c) {
    return c == ' ' || c == '\t' || c == '\r';
  }

  private IllegalArgumentException fault(String expected) {
    return new IllegalArgumentException(
        "line %d of the metrics is no sample: %s expected".formatted(line, expected));
  }
}
