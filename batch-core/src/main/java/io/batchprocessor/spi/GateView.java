package io.batchprocessor.spi;

import java.util.Map;

/**
 * What a {@link BatchListener} sees of a {@link DispatchGate}. A gate that fails shows a budget of
 * 1, as which it counts, and no measurements. Safe for use by several threads.
 */
public interface GateView {

  /** Its name; the name of its class if it gives none. */
  String name();

  /** The share of its capacity that it would give out now, from 0 to 1. */
  double budget();

  /** Its live numbers by name. */
  Map<String, Double> measurements();

  /** How often it has decided so. */
  long decisions(Verdict.Kind kind);
}
