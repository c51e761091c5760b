package io.batchprocessor.examples.gateway;

import io.batchprocessor.examples.console.OneLineErrors;
import io.batchprocessor.examples.gateway.EngineSettings.Scheduling;
import java.io.IOException;
import java.net.InetAddress;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** The command line of the {@link SimulatedGateway}. */
@Command(
    name = "simulated-gateway",
    description = "A simulated inference gateway in front of one vLLM-like engine.",
    mixinStandardHelpOptions = true,
    showDefaultValues = true,
    sortOptions = false)
final class GatewayCommand implements Callable<Integer> {

  /** The accelerators whose step costs and limits are known. */
  enum Accelerator {
    H100,
    A100
  }

  @Option(names = "--bind", description = "Address to listen on.", paramLabel = "ADDRESS")
  String bind = "127.0.0.1";

  @Option(names = "--port", description = "Port to listen on; 0 takes any free one.")
  int port;

  @Option(
      names = "--accelerator",
      description = "Whose step costs and limits are the defaults below: ${COMPLETION-CANDIDATES}.")
  Accelerator accelerator = Accelerator.H100;

  @Option(names = "--slots", description = "Most requests in a batch (vLLM: max_num_seqs).")
  @Nullable Integer slots;

  @Option(names = "--queue-limit", description = "Requests that may wait; more get 429.")
  @Nullable Integer queueLimit;

  @Option(
      names = "--batched-tokens",
      description = "Most tokens in a step (vLLM: max_num_batched_tokens).")
  @Nullable Integer batchedTokens;

  @Option(names = "--kv-cache-tokens", description = "Tokens whose keys and values fit in memory.")
  @Nullable Integer kvCacheTokens;

  @Option(names = "--model-tokens", description = "Longest prompt and answer together, in tokens.")
  @Nullable Integer modelTokens;

  @Option(
      names = "--scheduling",
      description = "Who of the waiting is next: ${COMPLETION-CANDIDATES}.")
  Scheduling scheduling = Scheduling.PRIORITY;

  @Option(names = "--step-micros", description = "Time of a step with next to nothing in it, µs.")
  @Nullable Double stepMicros;

  @Option(names = "--prefill-token-micros", description = "Per prompt token in a step, µs.")
  @Nullable Double prefillTokenMicros;

  @Option(names = "--decode-token-micros", description = "Per decoding sequence in a step, µs.")
  @Nullable Double decodeTokenMicros;

  @Option(names = "--context-token-nanos", description = "Per token of context in a step, ns.")
  @Nullable Double contextTokenNanos;

  @Option(names = "--time-scale", description = "How many times faster than in life it runs.")
  double timeScale = 1;

  @Option(names = "--model", description = "Name of the model served.")
  String model = "simulated-llama-3.1-8b";

  @Option(names = "--default-max-tokens", description = "Tokens where a request doesn't say.")
  int defaultMaxTokens = 128;

  @Option(names = "--path", description = "A further path for inference; can be repeated.")
  List<String> paths = List.of();

  @Option(
      names = "--objective",
      paramLabel = "NAME=PRIORITY",
      description = "Priority of an inference objective, higher first; can be repeated.")
  Map<String, Integer> objectives = Map.of();

  @Option(names = "--retry-after-seconds", description = "What Retry-After says beside a 429.")
  long retryAfterSeconds = 1;

  @Option(
      names = "--failure-rate",
      paramLabel = "KIND=SHARE",
      description = "Share of requests that fail: error, reset, truncate, hang, slow-body.")
  Map<String, Double> failureRates = Map.of();

  @Option(names = "--slow-body-seconds", description = "How long a slow body takes to arrive.")
  long slowBodySeconds = 5;

  @Option(
      names = "--traffic-label",
      description = "Label by which /metrics tells live from batch; default: none, as in vLLM.")
  @Nullable String trafficLabel;

  @Option(names = "--seed", description = "Decides which requests fail.")
  long seed;

  static int run(String... args) {
    return OneLineErrors.of(new CommandLine(new GatewayCommand()))
        .setCaseInsensitiveEnumValuesAllowed(true)
        .execute(args);
  }

  @Override
  public Integer call() throws IOException, InterruptedException {
    CountDownLatch stopped = new CountDownLatch(1);
    try (SimulatedGateway gateway = gateway().start()) {
      Runtime.getRuntime().addShutdownHook(new Thread(gateway::close, "simulated-gateway-stop"));
      System.out.println("listening on " + gateway.uri());
      stopped.await();
    }
    return CommandLine.ExitCode.OK;
  }

  SimulatedGateway.Builder gateway() throws IOException {
    SimulatedGateway.Builder builder =
        SimulatedGateway.builder()
            .bindAddress(InetAddress.getByName(bind))
            .port(port)
            .engine(engine())
            .timeScale(timeScale)
            .model(model)
            .defaultMaxTokens(defaultMaxTokens)
            .retryAfter(Duration.ofSeconds(retryAfterSeconds))
            .slowBody(Duration.ofSeconds(slowBodySeconds))
            .seed(seed);
    if (trafficLabel != null) {
      builder.trafficLabel(trafficLabel);
    }
    paths.forEach(builder::path);
    objectives.forEach(builder::objective);
    failureRates.forEach((kind, share) -> builder.failureRate(failure(kind), share));
    return builder;
  }

  private EngineSettings engine() {
    EngineSettings preset =
        accelerator == Accelerator.H100 ? EngineSettings.h100() : EngineSettings.a100();
    StepCosts costs = preset.costs();
    return new EngineSettings(
        new StepCosts(
            Math.round(orElse(stepMicros, costs.baseNanos() / 1e3) * 1e3),
            orElse(prefillTokenMicros, costs.prefillTokenNanos() / 1e3) * 1e3,
            orElse(decodeTokenMicros, costs.decodeTokenNanos() / 1e3) * 1e3,
            orElse(contextTokenNanos, costs.contextTokenNanos())),
        orElse(slots, preset.slots()),
        orElse(batchedTokens, preset.batchedTokens()),
        orElse(kvCacheTokens, preset.kvCacheTokens()),
        orElse(modelTokens, preset.modelTokens()),
        orElse(queueLimit, preset.queueLimit()),
        scheduling);
  }

  private static Failure failure(String label) {
    Map<String, Failure> known = new LinkedHashMap<>();
    for (Failure failure : Failure.values()) {
      known.put(failure.label(), failure);
    }
    Failure found = known.get(label);
    if (found == null) {
      throw new IllegalArgumentException(
          "--failure-rate: unknown kind '" + label + "'; known: " + known.keySet());
    }
    return found;
  }

  private static <T> T orElse(@Nullable T value, T fallback) {
    return value == null ? fallback : value;
  }
}
