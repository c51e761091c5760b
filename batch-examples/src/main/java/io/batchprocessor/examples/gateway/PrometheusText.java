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

  void sample(String name, double value) {
    text.append(name).append('{').append(labels).append("} ").append(value).append('\n');
  }

  void sample(String name, long value) {
    text.append(name).append('{').append(labels).append("} ").append(value).append('\n');
  }

  void sample(String name, long value, String label, String labelValue) {
    text.append(name).append('{').append(labels).append(',').append(label).append("=\"");
    text.append(escape(labelValue)).append("\"} ").append(value).append('\n');
  }

  private static String escape(String value) {
    return value.replace("\\", "\\\\").replace("\"", "\\\"").replace("\n", "\\n");
  }

  @Override
  public String toString() {
    return text.toString();
  }
}
