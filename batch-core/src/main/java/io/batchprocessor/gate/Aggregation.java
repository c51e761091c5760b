package io.batchprocessor.gate;

import java.util.Locale;

/** How several series become one number; named as in PromQL but for the mean. */
enum Aggregation {
  SUM("sum"),
  MEAN("avg"),
  MAX("max"),
  COUNT("count");

  private final String promql;

  Aggregation(String promql) {
    this.promql = promql;
  }

  String promql() {
    return promql;
  }

  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT);
  }
}
