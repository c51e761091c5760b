package io.batchprocessor.examples.files;

/**
 * How far a run has come, in lines.
 *
 * @param total lines of the input that are not blank
 * @param before dealt with by earlier runs
 * @param succeeded answered by the gateway
 * @param failed answered with an error
 * @param rejected written to the file of rejected lines because nobody could be answered
 * @param duplicates written there because an earlier line has the same id
 */
public record Tally(
    long total, long before, long succeeded, long failed, long rejected, long duplicates) {

  /** Lines that are dealt with. */
  public long done() {
    return before + succeeded + failed + rejected + duplicates;
  }
}
