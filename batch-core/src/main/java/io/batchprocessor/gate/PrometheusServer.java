package io.batchprocessor.gate;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Instant queries to a Prometheus server, or to what speaks its API: {@code /api/v1/query} below
 * its URL (https://prometheus.io/docs/prometheus/latest/querying/api/).
 */
final class PrometheusServer implements Metrics, AutoCloseable {

  private static final JsonMapper JSON = JsonMapper.builder().build();

  private final String base;
  private final MetricsPage page;

  /**
   * A server.
   *
   * @param url what comes before {@code /api/v1/query}
   * @param tokenFile holds a bearer token; null: none is sent
   */
  PrometheusServer(URI url, Duration timeout, @Nullable Path tokenFile) {
    String text = url.toString();
    this.base = (text.endsWith("/") ? text : text + "/") + "api/v1/query?query=";
    this.page = new MetricsPage(url, "application/json", timeout, tokenFile);
  }

  String source() {
    return page.source();
  }

  /**
   * What a query gives: a scalar, or a vector of one; empty if it gives nothing, or what is no
   * number.
   *
   * @throws IOException if it fails, or gives several series
   */
  OptionalDouble query(String promql) throws IOException {
    String text = page.get(URI.create(base + URLEncoder.encode(promql, StandardCharsets.UTF_8)));
    JsonNode data = parse(text).path("data");
    JsonNode result = data.path("result");
    if (data.path("resultType").asText().equals("scalar")) {
      return number(result);
    }
    if (!data.path("resultType").asText().equals("vector")) {
      throw new IOException("the answer has neither a vector nor a scalar");
    }
    if (result.size() > 1) {
      throw new IOException(
          "the query gives %d series, one is needed: sum(...) or max(...) make one of them"
              .formatted(result.size()));
    }
    return result.isEmpty() ? OptionalDouble.empty() : number(result.path(0).path("value"));
  }

  private static JsonNode parse(String text) throws IOException {
    try {
      return JSON.readTree(text);
    } catch (JsonProcessingException e) {
      throw new IOException("the answer is no JSON; is this a Prometheus server?", e);
    }
  }

  /** A pair of time and value, the value as text. */
  private static OptionalDouble number(JsonNode pair) throws IOException {
    String text = pair.path(1).asText();
    try {
      double value =
          switch (text) {
            case "NaN", "+Inf", "-Inf" -> Double.NaN;
            default -> Double.parseDouble(text);
          };
      return Double.isNaN(value) ? OptionalDouble.empty() : OptionalDouble.of(value);
    } catch (NumberFormatException e) {
      throw new IOException("the answer has '%s' in place of a number".formatted(text), e);
    }
  }

  @Override
  public OptionalDouble ask(Aggregation how, String metric, Map<String, String> labels)
      throws IOException {
    return query("%s(%s)".formatted(how.promql(), selector(metric, labels)));
  }

  /** Such as {@code up{job="vllm"}}. */
  private static String selector(String metric, Map<String, String> labels) {
    return metric
        + new TreeMap<>(labels)
            .entrySet().stream()
                .map(label -> "%s=\"%s\"".formatted(label.getKey(), escaped(label.getValue())))
                .collect(Collectors.joining(",", "{", "}"));
  }

  private static String escaped(String value) {
    return value.replace("\\", "\\\\").replace("\"", "\\\"").replace("\n", "\\n");
  }

  @Override
  public void close() {
    page.close();
  }
}
