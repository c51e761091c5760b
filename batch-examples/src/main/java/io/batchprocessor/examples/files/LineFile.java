package io.batchprocessor.examples.files;

import io.batchprocessor.message.Bytes;
import java.io.EOFException;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Path;

/**
 * A file of lines, to be read anywhere. Not a {@link java.nio.channels.FileChannel}, which an
 * interrupt of the thread that reads closes for all others. Safe to use from several threads.
 */
final class LineFile implements AutoCloseable {

  private final RandomAccessFile file;

  /** Lines of a file that is open; it is closed with this. */
  LineFile(RandomAccessFile file) {
    this.file = file;
  }

  static LineFile open(Path path) throws IOException {
    return new LineFile(new RandomAccessFile(path.toFile(), "r"));
  }

  /** The lines that are there now. */
  LineScanner scan() throws IOException {
    return new LineScanner(this, file.length());
  }

  /** How many lines there are that are not blank. */
  long count() throws IOException {
    LineScanner scanner = scan();
    long lines = 0;
    while (scanner.next() != null) {
      lines++;
    }
    return lines;
  }

  /**
   * What a line says.
   *
   * @param most the most bytes to read; of a longer line the rest is left out
   */
  Bytes read(Span line, long most) throws IOException {
    byte[] bytes = new byte[Math.toIntExact(Math.min(line.length(), most))];
    if (read(bytes, bytes.length, line.offset()) < bytes.length) {
      throw new EOFException("became shorter: line %d is gone".formatted(line.number()));
    }
    return Bytes.wrap(bytes);
  }

  /** Reads {@code length} bytes, less at the end of the file; returns how many. */
  synchronized int read(byte[] into, int length, long offset) throws IOException {
    file.seek(offset);
    int read = 0;
    while (read < length) {
      int more = file.read(into, read, length - read);
      if (more < 0) {
        break;
      }
      read += more;
    }
    return read;
  }

  @Override
  public synchronized void close() throws IOException {
    file.close();
  }
}
