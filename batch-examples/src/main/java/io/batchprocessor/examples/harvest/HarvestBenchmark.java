package io.batchprocessor.examples.harvest;

import io.batchprocessor.examples.gateway.EngineSettings;
import io.batchprocessor.examples.gateway.EngineSettings.Scheduling;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/**
 * Live and batch traffic share one simulated gateway: Llama 3.1 8B on one A100, batch at a lower
 * priority unless a row says otherwise. Prints a table for each load shape and mean load, and
 * writes the picture.
 *
 * <pre>
 * {@code HarvestBenchmark [minutes measured, default 120] [picture, default none] [shape, default all]}
 * </pre>
 *
 * <p>Everything runs in virtual time, and is the same at every run on every machine; {@code
 * --real-time} as the first argument is {@link RealTimeBenchmark}.
 */
public final class HarvestBenchmark {

  static final double[] ALLOWANCES = {1.10, 1.25, 1.5};
  static final double[] LOADS = {0.4, 0.6, 0.8};
  private static final Duration PICTURED = Duration.ofMinutes(30);
  static final long SEED = 7;
  private static final int[] GRID_MOST = {20, 40, 50, 60, 70, 80, 90, 100, 120, 140, 170, 200, 256};
  private static final int[] GRID_LIVE = {40, 80, 1_000};
  private static final long[] GRID_SPACING_MILLIS = {0, 80};
  private static final int[] OUTSIDE_MOST = {30, 40, 50, 60, 80, 100, 130, 170, 256};
  private static final long[] OUTSIDE_SPACING_MILLIS = {0, 80, 160, 300, 500, 1_000};

  private final EngineSettings engine = EngineSettings.a100();
  private final double capacity = Capacity.perSecond(engine);
  private final Duration measured;
  private final ExecutorService threads;

  HarvestBenchmark(Duration measured, ExecutorService threads) {
    this.measured = measured;
    this.threads = threads;
  }

  /** Runs it. */
  public static void main(String[] args) throws Exception {
    if (args.length > 0 && args[0].equals("--real-time")) {
      RealTimeBenchmark.print(List.of(args).subList(1, args.length));
      return;
    }
    Duration measured = Duration.ofMinutes(args.length > 0 ? Long.parseLong(args[0]) : 120);
    ExecutorService threads =
        Executors.newFixedThreadPool(Runtime.getRuntime().availableProcessors());
    try {
      HarvestBenchmark benchmark = new HarvestBenchmark(measured, threads);
      List<HarvestTable> tables = benchmark.tables(args.length > 2 ? args[2] : "");
      tables.forEach(table -> System.out.println(table.text()));
      System.out.println(HarvestTable.summary(tables));
      if (args.length > 1) {
        benchmark.draw(Path.of(args[1]), tables);
      }
    } finally {
      threads.shutdown();
    }
  }

  private List<HarvestTable> tables(String only) throws InterruptedException, ExecutionException {
    System.out.printf(
        Locale.ROOT,
        "capacity %.1f requests/s of 512/128 tokens; %d min of live traffic alone, then %d min"
            + " measured; seed %d%n%n",
        capacity,
        measured.toMinutes(),
        measured.toMinutes(),
        SEED);
    List<HarvestTable> tables = new ArrayList<>();
    for (LoadShape shape : LoadShape.values()) {
      for (double load : LOADS) {
        if (!scenario(shape, load).toString().startsWith(only)) {
          continue;
        }
        tables.add(table(scenario(shape, load)));
        System.err.println("done: " + tables.get(tables.size() - 1).scenario());
      }
    }
    return tables;
  }

  Scenario scenario(LoadShape shape, double load) {
    return Scenario.of(shape, load, capacity, measured, measured, SEED);
  }

  RunResult run(Scenario scenario, Contender contender, Scheduling scheduling, Timeline timeline) {
    return new VirtualRun(scenario, engine.withScheduling(scheduling), contender, timeline).run();
  }

  private HarvestTable table(Scenario scenario) throws InterruptedException, ExecutionException {
    RunResult alone = run(scenario, Contenders.liveOnly(), Scheduling.PRIORITY, Timeline.NONE);
    List<Future<HarvestTable.Row>> rows = new ArrayList<>();
    for (int concurrency : new int[] {8, 64, 512}) {
      rows.add(row(scenario, Contenders.ungated(concurrency), Scheduling.FCFS));
      rows.add(row(scenario, Contenders.ungated(concurrency), Scheduling.PRIORITY));
    }
    List<Contender> gated = new ArrayList<>();
    gated.add(Contenders.saturation());
    gated.add(Contenders.aimd());
    gated.add(Contenders.gradient2());
    gated.add(Contenders.vegas());
    gated.add(Contenders.adaptive(false));
    gated.add(Contenders.adaptive(true));
    for (double allowance : ALLOWANCES) {
      gated.add(Contenders.slo(allowance, false));
      gated.add(Contenders.slo(allowance, true));
    }
    for (Contender contender : gated) {
      rows.add(row(scenario, contender, Scheduling.PRIORITY));
    }
    HarvestTable table =
        new HarvestTable(scenario, alone, oracle(scenario, alone), outside(scenario, alone));
    for (Future<HarvestTable.Row> row : rows) {
      table.add(row.get());
    }
    return table;
  }

  private Future<HarvestTable.Row> row(
      Scenario scenario, Contender contender, Scheduling scheduling) {
    String name = contender.name() + (scheduling == Scheduling.FCFS ? ", no priority" : "");
    return threads.submit(
        () -> new HarvestTable.Row(name, run(scenario, contender, scheduling, Timeline.NONE)));
  }

  private Frontier oracle(Scenario scenario, RunResult alone)
      throws InterruptedException, ExecutionException {
    List<Contender> grid = new ArrayList<>();
    for (int most : GRID_MOST) {
      for (int live : GRID_LIVE) {
        for (long spacing : GRID_SPACING_MILLIS) {
          for (boolean avoids : new boolean[] {false, true}) {
            grid.add(new Oracle(most, live, spacing * 1_000_000 + 1, avoids));
          }
        }
      }
    }
    return frontier(scenario, alone, grid);
  }

  private Frontier outside(Scenario scenario, RunResult alone)
      throws InterruptedException, ExecutionException {
    List<Contender> grid = new ArrayList<>();
    for (int most : OUTSIDE_MOST) {
      for (long spacing : OUTSIDE_SPACING_MILLIS) {
        grid.add(new Outsider(most, spacing * 1_000_000 + 1));
      }
    }
    return frontier(scenario, alone, grid);
  }

  private Frontier frontier(Scenario scenario, RunResult alone, List<Contender> grid)
      throws InterruptedException, ExecutionException {
    List<Future<RunResult>> runs = new ArrayList<>();
    for (Contender each : grid) {
      runs.add(threads.submit(() -> run(scenario, each, Scheduling.PRIORITY, Timeline.NONE)));
    }
    List<Frontier.Point> points = new ArrayList<>();
    for (Future<RunResult> run : runs) {
      RunResult result = run.get();
      points.add(
          new Frontier.Point(
              (double) result.ttftP99Nanos() / alone.ttftP99Nanos(),
              result.batchTokensPerSecond()));
    }
    return new Frontier(points);
  }

  private void draw(Path file, List<HarvestTable> tables) throws IOException {
    Scenario scenario = Scenario.of(LoadShape.DAY, 0.6, capacity, measured, PICTURED, SEED);
    List<Map.Entry<String, Trace>> traces = new ArrayList<>();
    for (Contender contender :
        List.of(Contenders.ungated(64), Contenders.adaptive(false), Contenders.slo(1.25, false))) {
      Trace trace = new Trace(PICTURED);
      run(scenario, contender, Scheduling.PRIORITY, trace);
      traces.add(Map.entry(contender.name(), trace));
    }
    RunResult alone = run(scenario, Contenders.liveOnly(), Scheduling.PRIORITY, Timeline.NONE);
    HarvestTable table =
        tables.stream()
            .filter(each -> each.scenario().equals(scenario.toString()))
            .findFirst()
            .orElseThrow();
    Files.writeString(file, new HarvestPicture(alone, traces, table, engine.slots()).svg());
  }
}
