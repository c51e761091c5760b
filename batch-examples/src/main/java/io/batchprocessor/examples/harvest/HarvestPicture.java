package io.batchprocessor.examples.harvest;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * The picture: on the left how one day went with three ways to send batch, on the right what each
 * of them harvested and what live traffic felt for it, over all loads.
 */
final class HarvestPicture {

  private static final int WIDTH = 1_180;
  private static final int HEIGHT = 640;
  private static final int LEFT = 60;
  private static final int PANEL = 640;
  private static final int ROW = 180;
  private static final int TOP = 84;
  private static final String LIVE = "#2f6fb3";
  private static final String BATCH = "#f0a33a";
  private static final String FELT = "#c0392b";

  private final StringBuilder svg = new StringBuilder();
  private final List<Integer> takenLeft = new ArrayList<>();
  private final List<Integer> takenRight = new ArrayList<>();
  private final RunResult alone;
  private final List<Map.Entry<String, Trace>> traces;
  private final HarvestTable table;
  private final double capacity;

  /**
   * A picture.
   *
   * @param capacity requests in the engine at which it is full
   */
  HarvestPicture(
      RunResult alone, List<Map.Entry<String, Trace>> traces, HarvestTable table, double capacity) {
    this.alone = alone;
    this.traces = List.copyOf(traces);
    this.table = table;
    this.capacity = capacity;
  }

  String svg() {
    svg.append(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %d %d\" font-family=\"sans-serif\" font-size=\"13\" fill=\"#222\">%n"
            .formatted(WIDTH, HEIGHT));
    svg.append("<rect width=\"100%\" height=\"100%\" fill=\"#fff\"/>\n");
    text(LEFT, 30, "19", "bold", "start", "Batch fills what live traffic leaves idle");
    text(
        LEFT,
        54,
        "13",
        "normal",
        "start",
        "Requests in one engine over a day ("
            + table.scenario()
            + " mean load, simulated in virtual time), and what live traffic feels");
    legend();
    for (int i = 0; i < traces.size(); i++) {
      row(TOP + i * ROW, traces.get(i).getKey(), traces.get(i).getValue());
    }
    frontier();
    return svg.append("</svg>\n").toString();
  }

  private void legend() {
    int x = LEFT;
    x = swatch(x, LIVE, "live");
    x = swatch(x, BATCH, "batch");
    swatch(x, FELT, "live TTFT p99, as a factor of live alone (right scale)");
  }

  private int swatch(int x, String colour, String name) {
    svg.append(
        "<rect x=\"%d\" y=\"64\" width=\"12\" height=\"12\" fill=\"%s\"/>%n".formatted(x, colour));
    text(x + 17, 75, "12", "normal", "start", name);
    return x + 35 + 7 * name.length();
  }

  private void row(int top, String name, Trace trace) {
    int height = ROW - 46;
    int bottom = top + 26 + height;
    double[] live = new double[Trace.PARTS];
    double[] both = new double[Trace.PARTS];
    double[] felt = new double[Trace.PARTS];
    for (int i = 0; i < Trace.PARTS; i++) {
      live[i] = Math.min(1, trace.live(i) / capacity);
      both[i] = Math.min(1, (trace.live(i) + trace.batch(i)) / capacity);
      felt[i] = Math.min(1, trace.ttftMillis(i) / (alone.ttftP99Nanos() / 1e6) / 3);
    }
    text(LEFT, top + 18, "14", "bold", "start", caption(name));
    svg.append(
        "<rect x=\"%d\" y=\"%d\" width=\"%d\" height=\"%d\" fill=\"#f4f4f4\"/>%n"
            .formatted(LEFT, bottom - height, PANEL, height));
    area(both, bottom, height, BATCH);
    area(live, bottom, height, LIVE);
    line(felt, bottom, height);
    int one = bottom - height / 3;
    svg.append(
        "<line x1=\"%d\" y1=\"%d\" x2=\"%d\" y2=\"%d\" stroke=\"%s\" stroke-dasharray=\"4 4\"/>%n"
            .formatted(LEFT, one, LEFT + PANEL, one, FELT));
    text(LEFT + PANEL + 6, one + 4, "12", "normal", "start", "1 ×");
    text(LEFT + PANEL + 6, bottom - height + 10, "12", "normal", "start", "3 ×");
    text(LEFT - 6, bottom - height + 10, "12", "normal", "end", "full");
    text(LEFT - 6, bottom, "12", "normal", "end", "0");
  }

  private String caption(String name) {
    for (HarvestTable.Row row : table.rows()) {
      if (row.name().equals(name)) {
        return String.format(
            Locale.ROOT,
            "%s: live TTFT p99 %.2f ×, batch %.0f tokens/s",
            name,
            table.factor(row.result()),
            row.result().batchTokensPerSecond());
      }
    }
    return name;
  }

  private void area(double[] values, int bottom, int height, String colour) {
    StringBuilder points = new StringBuilder();
    points.append(LEFT).append(',').append(bottom);
    points.append(curve(values, bottom, height));
    points.append(' ').append(LEFT + PANEL).append(',').append(bottom);
    svg.append("<polygon points=\"%s\" fill=\"%s\"/>%n".formatted(points, colour));
  }

  private void line(double[] values, int bottom, int height) {
    svg.append(
        "<polyline points=\"%s\" fill=\"none\" stroke=\"%s\" stroke-width=\"1.8\"/>%n"
            .formatted(curve(values, bottom, height).strip(), FELT));
  }

  private static String curve(double[] values, int bottom, int height) {
    StringBuilder points = new StringBuilder();
    for (int i = 0; i < values.length; i++) {
      double x = LEFT + (double) PANEL * i / (values.length - 1);
      points.append(String.format(Locale.ROOT, " %.1f,%.1f", x, bottom - height * values[i]));
    }
    return points.toString();
  }

  /** Harvest by what live traffic feels: a dot for each contender, the oracle as a line. */
  private void frontier() {
    int left = LEFT + PANEL + 110;
    int right = WIDTH - 40;
    int top = TOP + 26;
    int bottom = HEIGHT - 70;
    double most = table.oracle().at(4) * 1.25;
    text(left, TOP + 12, "14", "bold", "start", "Harvest by what live traffic feels");
    svg.append(
        "<rect x=\"%d\" y=\"%d\" width=\"%d\" height=\"%d\" fill=\"#f4f4f4\"/>%n"
            .formatted(left, top, right - left, bottom - top));
    Plot plot = new Plot(left, right, top, bottom, most);
    frontier(plot, table.oracle(), "#555", "oracle");
    frontier(plot, table.outside(), "#aaa", "best from outside");
    List<HarvestTable.Row> shown =
        table.rows().stream().filter(row -> !row.name().endsWith("yield")).toList();
    shown.forEach(row -> dot(plot, row));
    shown.forEach(row -> label(plot, row));
    for (double factor : new double[] {1, 1.5, 2, 2.5, 3}) {
      text(
          (int) plot.x(factor),
          bottom + 18,
          "12",
          "normal",
          "middle",
          factor == 3 ? "≥ 3 ×" : String.format(Locale.ROOT, "%s ×", factor));
    }
    text(
        (left + right) / 2,
        bottom + 40,
        "12",
        "normal",
        "middle",
        "live TTFT p99, as a factor of live alone");
    text(
        left,
        top - 4 + 18,
        "12",
        "normal",
        "start",
        String.format(Locale.ROOT, " ↑ batch tokens/s (top: %.0f)", most));
  }

  /** The most that was harvested at each factor, named where the line is flat. */
  private void frontier(Plot plot, Frontier frontier, String colour, String name) {
    List<String> curve = new ArrayList<>();
    for (double factor = 1; factor <= 3.001; factor += 0.02) {
      curve.add(
          String.format(Locale.ROOT, "%.1f,%.1f", plot.x(factor), plot.y(frontier.at(factor))));
    }
    svg.append(
        "<polyline points=\"%s\" fill=\"none\" stroke=\"%s\" stroke-width=\"1.6\" stroke-dasharray=\"6 3\"/>%n"
            .formatted(String.join(" ", curve), colour));
    text((int) plot.x(1.75), (int) plot.y(frontier.at(1.75)) - 7, "12", "normal", "start", name);
  }

  private void dot(Plot plot, HarvestTable.Row row) {
    svg.append(
        String.format(
            Locale.ROOT,
            "<circle cx=\"%.1f\" cy=\"%.1f\" r=\"%d\" fill=\"%s\"/>%n",
            plot.x(table.factor(row.result())),
            plot.y(row.result().batchTokensPerSecond()),
            isOurs(row) ? 6 : 4,
            isOurs(row) ? "#1e8449" : "#888"));
  }

  private void label(Plot plot, HarvestTable.Row row) {
    double factor = table.factor(row.result());
    boolean end = factor > 1.9;
    text(
        (int) plot.x(factor) + (end ? -9 : 9),
        freeLine((int) plot.y(row.result().batchTokensPerSecond()) + 4, end),
        "11",
        isOurs(row) ? "bold" : "normal",
        end ? "end" : "start",
        row.name());
  }

  private static boolean isOurs(HarvestTable.Row row) {
    return row.name().startsWith("slo") || row.name().equals("adaptive");
  }

  /** Where a factor and a harvest are in the picture. */
  private record Plot(int left, int right, int top, int bottom, double most) {

    double x(double factor) {
      return left + 14 + (right - left - 28) * (Math.max(1, Math.min(3, factor)) - 1) / 2;
    }

    double y(double tokensPerSecond) {
      return bottom - (bottom - top) * Math.min(1, tokensPerSecond / most);
    }
  }

  /** The nearest height below on which no label of the same side is. */
  private int freeLine(int wanted, boolean end) {
    List<Integer> taken = end ? takenRight : takenLeft;
    int line = wanted;
    while (isNear(taken, line)) {
      line += 2;
    }
    taken.add(line);
    return line;
  }

  private static boolean isNear(List<Integer> taken, int line) {
    return taken.stream().anyMatch(other -> Math.abs(other - line) < 13);
  }

  private void text(int x, int y, String size, String weight, String anchor, String text) {
    svg.append(
        "<text x=\"%d\" y=\"%d\" font-size=\"%s\" font-weight=\"%s\" text-anchor=\"%s\" paint-order=\"stroke\" stroke=\"#fff\" stroke-width=\"2\">%s</text>%n"
            .formatted(x, y, size, weight, anchor, text));
  }
}
