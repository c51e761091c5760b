package io.batchprocessor.examples.gateway;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.time.Clock;
import java.time.Duration;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.regex.Pattern;
import org.apache.hc.core5.http.URIScheme;
import org.apache.hc.core5.http.config.Http1Config;
import org.apache.hc.core5.http.impl.bootstrap.AsyncServerBootstrap;
import org.apache.hc.core5.http.impl.bootstrap.HttpAsyncServer;
import org.apache.hc.core5.io.CloseMode;
import org.apache.hc.core5.reactor.IOReactorConfig;
import org.jspecify.annotations.Nullable;

/**
 * A simulated inference gateway in front of one vLLM-like engine, to be run by itself ({@link
 * #main}) or inside of a test or a demo:
 *
 * <pre>{@code
 * try (SimulatedGateway gateway = SimulatedGateway.builder().timeScale(20).start()) {
 *   send(gateway.uri().resolve("/v1/completions"));
 * }
 * }</pre>
 *
 * <p>{@code POST /v1/completions} and {@code POST /v1/chat/completions} take JSON in the form of
 * the OpenAI API and answer, without streaming, once the {@linkplain ContinuousBatch model of the
 * engine} would have generated the last token: prompts count one token for four characters, and an
 * answer has as many tokens as {@code max_tokens} allows. A request waits for a slot by the
 * priority of the objective that its header {@code x-gateway-inference-objective} names; when the
 * queue is full it is shed: status 429, with {@code Retry-After}. If its connection goes away it
 * gives its slot back. Headers of the answer tell what a streaming client would have seen, in
 * milliseconds of the engine's time: {@code x-simulated-queue-millis}, {@code
 * x-simulated-ttft-millis} and {@code x-simulated-total-millis}, all from its arrival, which is
 * told from the start of the gateway: {@code x-simulated-arrived-millis}.
 *
 * <p>{@code GET /metrics} answers in the Prometheus text format under vLLM's names, with live
 * traffic and batch told apart if {@link Builder#trafficLabel} says so, {@code GET /v1/models} and
 * {@code GET /health} as vLLM does.
 *
 * <p>The numbers behind it are those of Llama 3.1 8B on one H100; {@link StepCosts} and {@link
 * EngineSettings} name their sources. Thread-safe. Requests that wait cost memory, not threads: all
 * of them share one thread for the engine and two for their connections.
 */
public final class SimulatedGateway implements AutoCloseable {
  private static final int IO_THREADS = 2;

  /** Enough for thousands of connections at once; the kernel may allow less. */
  private static final int ACCEPT_BACKLOG = 16_384;

  /** The default, 8 KiB for each of three buffers, is 240 MB for 10,000 waiting connections. */
  private static final int BUFFER_BYTES = 2_048;

  private final HttpAsyncServer server;
  private final EngineLoop engine;
  private final URI uri;

  private SimulatedGateway(HttpAsyncServer server, EngineLoop engine, URI uri) {
    this.server = server;
    this.engine = engine;
    this.uri = uri;
  }

  /** Runs a gateway until it is told to stop; {@code --help} lists what can be set. */
  public static void main(String[] args) {
    System.exit(GatewayCommand.run(args));
  }

  /** A builder with every default. */
  public static Builder builder() {
    return new Builder();
  }

  /** Where it listens: scheme, host and port, without a path. */
  public URI uri() {
    return uri;
  }

  /** What it did so far and is doing now. */
  public GatewaySnapshot snapshot() {
    return engine.snapshot();
  }

  /** Stops at once: connections are reset, what waits or runs is never answered. */
  @Override
  public void close() {
    engine.close();
    server.close(CloseMode.IMMEDIATE);
  }

  private static SimulatedGateway start(GatewaySettings settings) throws IOException {
    EngineLoop engine =
        new EngineLoop(
            settings.engine(),
            settings.timeScale(),
            new GatewayMetrics(settings.model(), settings.trafficLabel()),
            new FailureDice(settings.failureRates(), settings.seed()));
    Connections connections = new Connections();
    InferenceCalls calls = new InferenceCalls(settings, engine, connections, Clock.systemUTC());
    Router router = new Router(settings, engine, calls);
    HttpAsyncServer server =
        AsyncServerBootstrap.bootstrap()
            .setIOReactorConfig(
                IOReactorConfig.custom()
                    .setIoThreadCount(IO_THREADS)
                    .setBacklogSize(ACCEPT_BACKLOG)
                    .setSoReuseAddress(true)
                    .setTcpNoDelay(true)
                    .build())
            .setHttp1Config(Http1Config.custom().setBufferSize(BUFFER_BYTES).build())
            .setIOSessionDecorator(connections::endingWithTheClient)
            .setIOSessionListener(connections)
            .setRequestRouter((request, context) -> () -> new Exchange(router))
            .create();
    server.start();
    try {
      InetSocketAddress bound = listen(server, settings);
      String host = bound.getAddress().getHostAddress();
      String authority = host.contains(":") ? "[" + host + "]" : host;
      return new SimulatedGateway(
          server, engine, URI.create("http://" + authority + ":" + bound.getPort()));
    } catch (IOException | RuntimeException e) {
      engine.close();
      server.close(CloseMode.IMMEDIATE);
      throw e;
    }
  }

  private static InetSocketAddress listen(HttpAsyncServer server, GatewaySettings settings)
      throws IOException {
    InetSocketAddress wanted = new InetSocketAddress(settings.bindAddress(), settings.port());
    try {
      return (InetSocketAddress) server.listen(wanted, URIScheme.HTTP).get().getAddress();
    } catch (ExecutionException e) {
      throw new IOException("cannot listen on " + wanted + ": " + e.getCause(), e.getCause());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted while starting to listen on " + wanted, e);
    }
  }

  /** Sets up a gateway. Not thread-safe. */
  public static final class Builder {
    /** A label's name in the Prometheus text format. */
    private static final Pattern LABEL = Pattern.compile("[a-zA-Z_][a-zA-Z0-9_]*");

    private InetAddress bindAddress = InetAddress.getLoopbackAddress();
    private int port;
    private EngineSettings engine = EngineSettings.h100();
    private double timeScale = 1;
    private String model = "simulated-llama-3.1-8b";
    private int defaultMaxTokens = 128;
    private final Set<String> paths = new LinkedHashSet<>();
    private final Map<String, Integer> objectives = new HashMap<>();
    private Duration retryAfter = Duration.ofSeconds(1);
    private final Map<Failure, Double> failureRates = new EnumMap<>(Failure.class);
    private Duration slowBody = Duration.ofSeconds(5);
    private long seed;
    private @Nullable String trafficLabel;

    private Builder() {
      paths.add("/v1/completions");
      paths.add("/v1/chat/completions");
      objectives.put("critical", 1);
      objectives.put("standard", 0);
      objectives.put("sheddable", -1);
      objectives.put("batch", -1);
    }

    /** The address to listen on; default the loopback address. */
    public Builder bindAddress(InetAddress value) {
      bindAddress = Objects.requireNonNull(value, "bindAddress");
      return this;
    }

    /** The port to listen on, 0 to 65535; default 0, which takes any free one. */
    public Builder port(int value) {
      require(value >= 0 && value <= 65_535, "port must be from 0 to 65535, was " + value);
      port = value;
      return this;
    }

    /** Costs and limits of the engine; default {@link EngineSettings#h100()}. */
    public Builder engine(EngineSettings value) {
      engine = Objects.requireNonNull(value, "engine");
      return this;
    }

    /** How many times faster than in life the engine runs, above 0; default 1. */
    public Builder timeScale(double value) {
      require(
          Double.isFinite(value) && value > 0,
          "timeScale must be above 0 and finite, was " + value);
      timeScale = value;
      return this;
    }

    /** The name of the model served; requests may name any. */
    public Builder model(String value) {
      model = Objects.requireNonNull(value, "model");
      return this;
    }

    /** Tokens to generate where a request doesn't say; default 128, at least 1. */
    public Builder defaultMaxTokens(int value) {
      require(value >= 1, "defaultMaxTokens must be at least 1, was " + value);
      defaultMaxTokens = value;
      return this;
    }

    /** A further path that takes inference requests. */
    public Builder path(String value) {
      require(value.startsWith("/"), "path must begin with '/', was '" + value + "'");
      paths.add(value);
      return this;
    }

    /**
     * The priority of an objective, higher first. Defaults: {@code critical} 1, {@code standard} 0,
     * {@code sheddable} and {@code batch} -1; requests that name none, or an unknown one, have 0.
     */
    public Builder objective(String name, int priority) {
      objectives.put(Objects.requireNonNull(name, "name"), priority);
      return this;
    }

    /** What {@code Retry-After} says when a request is shed, in whole seconds; default 1 s. */
    public Builder retryAfter(Duration value) {
      require(!value.isNegative(), "retryAfter must not be negative, was " + value);
      retryAfter = value;
      return this;
    }

    /** The share of requests that fail in this way, from 0 to 1; default 0. */
    public Builder failureRate(Failure kind, double share) {
      require(share >= 0 && share <= 1, "the rate of " + kind + " must be in 0..1, was " + share);
      failureRates.put(kind, share);
      return this;
    }

    /**
     * The label by which {@code /metrics} tells live traffic (its value is {@code live}: a priority
     * of 0 or above) from batch ({@code batch}: below 0); default none, as vLLM's own page has it.
     * Sums over it are the same as without.
     */
    public Builder trafficLabel(String value) {
      require(LABEL.matcher(value).matches(), "trafficLabel must be a label, was '" + value + "'");
      trafficLabel = value;
      return this;
    }

    /** How long a {@link Failure#SLOW_BODY} takes to arrive, in real time; default 5 s. */
    public Builder slowBody(Duration value) {
      require(!value.isNegative(), "slowBody must not be negative, was " + value);
      slowBody = value;
      return this;
    }

    /** The seed that decides which requests fail; default 0. */
    public Builder seed(long value) {
      seed = value;
      return this;
    }

    /**
     * Starts the gateway; when this returns it can be called.
     *
     * @throws IOException if it can't listen on its address and port
     * @throws IllegalArgumentException if the failure rates add up to more than 1
     */
    public SimulatedGateway start() throws IOException {
      double rates = failureRates.values().stream().mapToDouble(Double::doubleValue).sum();
      require(rates <= 1, "the failure rates must not add up to more than 1, did to " + rates);
      return SimulatedGateway.start(
          new GatewaySettings(
              bindAddress,
              port,
              engine,
              timeScale,
              model,
              defaultMaxTokens,
              Set.copyOf(paths),
              Map.copyOf(objectives),
              retryAfter,
              Map.copyOf(failureRates),
              slowBody,
              seed,
              trafficLabel));
    }

    private static void require(boolean condition, String message) {
      if (!condition) {
        throw new IllegalArgumentException(message);
      }
    }
  }
}
