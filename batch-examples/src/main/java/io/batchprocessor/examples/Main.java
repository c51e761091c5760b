package io.batchprocessor.examples;

/** The main. */
public final class Main {
  private Main() {}

  /** Runs. */
  public static void main(String[] args) {}
}
