package io.batchprocessor.gate;

import java.io.IOException;

/** A Prometheus server, ready to be asked. */
final class PrometheusProbe implements Probe<PrometheusServer> {

  private final PrometheusServer server;

  PrometheusProbe(PrometheusServer server) {
    this.server = server;
  }

  /** Nothing is read yet: each question is a query. */
  @Override
  public PrometheusServer measure() throws IOException {
    return server;
  }

  @Override
  public String source() {
    return server.source();
  }

  @Override
  public void close() {
    server.close();
  }
}
