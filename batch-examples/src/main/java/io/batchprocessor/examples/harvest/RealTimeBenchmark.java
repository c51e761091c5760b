package io.batchprocessor.examples.harvest;

import io.batchprocessor.examples.gateway.EngineSettings;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/**
 * The real-time form of {@link HarvestBenchmark}, beside its virtual one: the same live arrivals,
 * sent over HTTP to the gateway's server, and batch by the real processor, whose gates read the
 * gateway's page over HTTP.
 *
 * <pre>
 * {@code HarvestBenchmark --real-time [minutes measured, default 5] [live traffic, default steady at 60 %]}
 * </pre>
 *
 * <p>Live traffic runs alone for as long as is measured after it. Every contender has an engine of
 * its own, and all run at the same time: that is why it takes minutes. Nothing runs faster than in
 * life, because the gates' own times (a second between readings, five to fill what is free) would
 * not.
 */
final class RealTimeBenchmark {

  /** How many times the virtual form runs with its arrivals a little late. */
  private static final int LATE_RUNS = 8;

  /** About what an arrival is late in real time on a busy machine, at most. */
  private static final long MOST_LATE_NANOS = 20_000_000;

  /** When gates read, against when traffic comes, is by chance in real time. */
  private static final long MOST_SHIFT_NANOS = 5_000_000_000L;

  private static final Duration BEGIN_IN = Duration.ofSeconds(1);

  private final Scenario scenario;
  private final EngineSettings engine;

  RealTimeBenchmark(Scenario scenario, EngineSettings engine) {
    this.scenario = scenario;
    this.engine = engine;
  }

  /** Runs it and prints the tables; {@code arguments} are those after {@code --real-time}. */
  static void print(List<String> arguments) throws Exception {
    Duration measured =
        Duration.ofMinutes(arguments.isEmpty() ? 5 : Long.parseLong(arguments.get(0)));
    String wanted = arguments.size() > 1 ? arguments.get(1) : "steady at 60 %";
    EngineSettings engine = EngineSettings.a100();
    double capacity = Capacity.perSecond(engine);
    boolean found = false;
    for (LoadShape shape : LoadShape.values()) {
      for (double load : HarvestBenchmark.LOADS) {
        Scenario scenario =
            Scenario.of(shape, load, capacity, measured, measured, HarvestBenchmark.SEED);
        if (scenario.toString().startsWith(wanted)) {
          found = true;
          RealTimeBenchmark benchmark = new RealTimeBenchmark(scenario, engine);
          System.out.println(benchmark.run(BothForms.all(measured)).text());
        }
      }
    }
    if (!found) {
      throw new IllegalArgumentException(
          "there is no live traffic '" + wanted + "'; such as: steady at 60 %, bursts");
    }
  }

  /** All of these contenders, at the same time. */
  FormsTable run(List<BothForms> contenders)
      throws IOException, InterruptedException, ExecutionException {
    ExecutorService threads = Executors.newFixedThreadPool(contenders.size());
    List<RealTimeRun> runs = new ArrayList<>();
    try {
      for (BothForms contender : contenders) {
        runs.add(new RealTimeRun(scenario, engine, contender));
      }
      long start = System.nanoTime() + BEGIN_IN.toNanos();
      List<Future<RealTimeResult>> results = new ArrayList<>();
      for (RealTimeRun run : runs) {
        results.add(threads.submit(() -> run.run(start)));
      }
      List<RealTimeResult> real = new ArrayList<>();
      for (Future<RealTimeResult> result : results) {
        real.add(result.get());
      }
      double load = ManagementFactory.getOperatingSystemMXBean().getSystemLoadAverage();
      List<FormsTable.Row> rows = new ArrayList<>();
      for (int i = 0; i < contenders.size(); i++) {
        rows.add(row(contenders.get(i), real.get(i)));
      }
      return new FormsTable(scenario, load, rows);
    } finally {
      threads.shutdownNow();
      runs.forEach(RealTimeRun::close);
    }
  }

  private FormsTable.Row row(BothForms contender, RealTimeResult real) {
    List<RunResult> late = new ArrayList<>();
    for (int i = 1; i <= LATE_RUNS; i++) {
      late.add(virtual(late(i), contender));
    }
    return new FormsTable.Row(
        contender.name(),
        virtual(scenario, contender),
        late,
        virtual(with(real.arrived(), 0), contender),
        real);
  }

  private RunResult virtual(Scenario of, BothForms contender) {
    return new VirtualRun(of, engine, contender.virtual(), Timeline.NONE).run();
  }

  /** The same scenario a little later, and each arrival late by chance. */
  private Scenario late(long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    List<Arrival> arrivals = new ArrayList<>();
    long shift = random.nextLong(MOST_SHIFT_NANOS);
    long last = 0;
    for (Arrival each : scenario.arrivals()) {
      last = Math.max(last, each.atNanos() + shift + random.nextLong(MOST_LATE_NANOS));
      arrivals.add(new Arrival(last, each.promptTokens(), each.answerTokens()));
    }
    return with(arrivals, shift);
  }

  private Scenario with(List<Arrival> arrivals, long shiftNanos) {
    return new Scenario(
        scenario.shape(),
        scenario.load(),
        scenario.capacityPerSecond(),
        arrivals,
        scenario.warmUpNanos() + shiftNanos,
        scenario.measuredNanos(),
        scenario.seed());
  }
}
