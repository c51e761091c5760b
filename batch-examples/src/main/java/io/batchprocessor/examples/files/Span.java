package io.batchprocessor.examples.files;

/**
 * Where a line is in its file; what it says stays there until it is needed.
 *
 * @param number the first line has number 1; blank lines count
 * @param offset of its first byte
 * @param length in bytes, without the line break
 * @param ended whether a line break follows
 */
record Span(long number, long offset, long length, boolean ended) {

  /** Where the next line begins. */
  long end() {
    return offset + length + (ended ? 1 : 0);
  }
}
