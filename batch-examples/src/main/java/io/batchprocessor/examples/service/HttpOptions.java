package io.batchprocessor.examples.service;

import io.batchprocessor.spi.InvalidSettingsException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/**
 * How a {@link HttpService} serves.
 *
 * @param name what the page calls the processor
 * @param host the address to listen on
 * @param port the port; 0: any that is free
 * @param names hosts that it may be asked for besides the loopback ones, without ports; empty: on a
 *     loopback address no other, else any
 * @param token who has it may change things; empty: nobody may
 * @param payloads whether they may also read what messages say
 */
public record HttpOptions(
    String name,
    String host,
    int port,
    List<String> names,
    Optional<String> token,
    boolean payloads) {

  /** Refuses nulls. */
  public HttpOptions {
    Objects.requireNonNull(name, "name");
    Objects.requireNonNull(host, "host");
    names = List.copyOf(names);
    Objects.requireNonNull(token, "token");
  }

  InetAddress address() {
    try {
      return InetAddress.getByName(host);
    } catch (UnknownHostException e) {
      throw new InvalidSettingsException(
          "http.host=%s: there is no such host; 127.0.0.1 or 0.0.0.0 is right for most"
              .formatted(host));
    }
  }

  /** Names everything but the token. */
  @Override
  public String toString() {
    return "HttpOptions[%s:%d, token=%s, payloads=%s]"
        .formatted(host, port, token.isPresent() ? "***" : "none", payloads);
  }
}
