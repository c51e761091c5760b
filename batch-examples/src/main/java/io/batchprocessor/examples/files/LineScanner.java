package io.batchprocessor.examples.files;

import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * Finds the lines of a file, one after the other, in constant memory however long they are. Blank
 * lines are passed over. Not for use by several threads.
 */
final class LineScanner {

  private static final int BUFFER_BYTES = 256 * 1024;

  private final LineFile file;
  private final long end;
  private final byte[] buffer = new byte[BUFFER_BYTES];
  private long bufferOffset;
  private int next;
  private int filled;
  private long number;

  /** Scans up to {@code end}: what is added to the file later is not seen. */
  LineScanner(LineFile file, long end) {
    this.file = file;
    this.end = end;
  }

  /** The next line that is not blank; null at the end. */
  @Nullable Span next() throws IOException {
    Span line = nextOrBlank();
    while (line != null && line.length() == 0) {
      line = nextOrBlank();
    }
    return line;
  }

  /** A blank line has length 0, whatever white space is in it. */
  private @Nullable Span nextOrBlank() throws IOException {
    long begin = bufferOffset + next;
    boolean blank = true;
    while (next < filled || fill()) {
      byte each = buffer[next++];
      if (each == '\n') {
        return line(begin, bufferOffset + next - 1, blank, true);
      }
      blank &= each == ' ' || each == '\t' || each == '\r';
    }
    long lineEnd = bufferOffset + next;
    return lineEnd == begin ? null : line(begin, lineEnd, blank, false);
  }

  private Span line(long begin, long lineEnd, boolean blank, boolean ended) {
    return new Span(++number, begin, blank ? 0 : lineEnd - begin, ended);
  }

  private boolean fill() throws IOException {
    bufferOffset += next;
    next = 0;
    filled = file.read(buffer, (int) Math.min(BUFFER_BYTES, end - bufferOffset), bufferOffset);
    return filled > 0;
  }
}
