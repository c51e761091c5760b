package io.batchprocessor.examples.harvest;

/** The engine's true state at this instant, which only an oracle sees. */
interface EngineView {

  /** Live requests that wait for a slot or whose prompt is not prefilled yet. */
  int liveWithoutToken();

  /** Live requests that wait or run. */
  int live();

  /** Batch requests whose prompt is not prefilled yet. */
  int batchWithoutToken();

  /** Batch requests that wait or run. */
  int batch();
}
