package io.batchprocessor.gate;

import java.io.IOException;

/** Finds the load in what another probe brings. */
final class LoadProbe<T> implements Probe<Load> {

  private final Probe<T> from;
  private final Finder<T> finder;

  /** Where the load is. */
  @FunctionalInterface
  interface Finder<T> {

    /**
     * The load.
     *
     * @throws IOException if it is not there, saying what is missing
     */
    Load find(T from) throws IOException;
  }

  LoadProbe(Probe<T> from, Finder<T> finder) {
    this.from = from;
    this.finder = finder;
  }

  @Override
  public Load measure() throws IOException {
    return finder.find(from.measure());
  }

  @Override
  public String source() {
    return from.source();
  }

  @Override
  public void close() {
    from.close();
  }
}
