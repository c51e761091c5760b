package io.batchprocessor.examples.gateway;

/**
 * Writes metrics in the <a
 * href="https://prometheus.io/docs/instrumenting/exposition_formats/">Prometheus text format</a>,
 * version 0.0.4, each sample with the labels that vLLM gives all of its own: {@code engine} and
 * {@code model_name}.
 */
final class PrometheusText {
  private final StringBuilder text = new StringBuilder(16_384);
  private final String labels;

  PrometheusText(String model) {
    labels = "engine=\"0\",model_name=\"" + escape(model) + '"';
  }

  void head(String name, String type, String help) {
    text.append("# HELP ").append(name).append(' ').append(help).append('\n');
    text.append("# TYPE ").append(name).append(' ').append(type).append('\n');
  }

  /** A sample with labels of its own, names and values in turn. */
  void sample(String name, double value, String... own) {
    begin(name, own).append(value).append('\n');
  }

  /** A whole number. */
  void sample(String name, long value, String... own) {
    begin(name, own).append(value).append('\n');
  }

  private StringBuilder begin(String name, String... own) {
    text.append(name).append('{').append(labels);
    for (int i = 0; i < own.length; i += 2) {
      text.append(',').append(own[i]).append("=\"").append(escape(own[i + 1])).append('"');
    }
    return text.append("} ");
  }

  private static String escape(String value) {
    return value.replace("\\", "\\\\").replace("\"", "\\\"").replace("\n", "\\n");
  }

  @Override
  public String toString() {
    return text.toString();
  }
}
