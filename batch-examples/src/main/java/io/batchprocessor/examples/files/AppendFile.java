package io.batchprocessor.examples.files;

import io.batchprocessor.message.Bytes;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Path;
import java.util.List;

/**
 * A file of lines that only grows. What {@link #append} returned from is on the disk; what it threw
 * for is not in the file, or cut off before anything else is written. One process at a time has it.
 * Safe to use from several threads.
 */
final class AppendFile implements AutoCloseable {

  private static final int BUFFER_BYTES = 64 * 1024;

  /** Enough for the longest id with every character escaped; what follows it is not looked at. */
  private static final int READ_BYTES = 16 * 1024;

  private final RandomAccessFile file;
  private final byte[] buffer = new byte[BUFFER_BYTES];
  private int buffered;

  /** How much of the file is known to be on the disk. */
  private long stored;

  private AppendFile(RandomAccessFile file, long stored) {
    this.file = file;
    this.stored = stored;
  }

  /** Reads a line that was stored by an earlier run. */
  @FunctionalInterface
  interface LineReader {
    /**
     * Takes the line in.
     *
     * @param line its begin; all of it, if it is short
     * @return false if no run of this program can have written it
     */
    boolean read(Bytes line);
  }

  /**
   * Opens a file, or makes it, and reads what is in it. A last line without its line break was
   * being written when the process died: it is cut off.
   *
   * @throws FileInUseException if another process has it
   * @throws ForeignFileException if something else is in it, which must not be written over
   */
  static AppendFile open(Path path, LineReader lines) throws IOException {
    RandomAccessFile file = new RandomAccessFile(path.toFile(), "rw");
    try {
      lock(path, file);
      long complete = readAll(path, new LineFile(file), lines);
      AppendFile opened = new AppendFile(file, complete);
      opened.cutOff();
      return opened;
    } catch (IOException | RuntimeException e) {
      file.close();
      throw e;
    }
  }

  private static void lock(Path path, RandomAccessFile file) throws IOException {
    try {
      FileLock lock = file.getChannel().tryLock();
      if (lock == null) {
        throw new FileInUseException(path);
      }
    } catch (OverlappingFileLockException e) {
      throw new FileInUseException(path);
    }
  }

  /** Returns where the last complete line ends. */
  private static long readAll(Path path, LineFile file, LineReader lines) throws IOException {
    LineScanner scanner = file.scan();
    long complete = 0;
    for (Span line = scanner.next(); line != null; line = scanner.next()) {
      Bytes text = file.read(line, READ_BYTES);
      if (line.ended() ? !lines.read(text) : !isTorn(text)) {
        throw new ForeignFileException(path, line.number());
      }
      if (line.ended()) {
        complete = line.end();
      }
    }
    return complete;
  }

  /**
   * Whether it can be the begin of one of our lines. After a power failure there may be zeros where
   * the line was to be.
   */
  private static boolean isTorn(Bytes line) {
    return line.at(0) == '{' || line.at(0) == 0;
  }

  /** Adds lines; returns when they are on the disk. */
  synchronized void append(List<Bytes> lines) throws IOException {
    cutOff();
    file.seek(stored);
    buffered = 0;
    for (Bytes line : lines) {
      put(line);
      putByte((byte) '\n');
    }
    flush();
    file.getFD().sync();
    stored = file.getFilePointer();
  }

  /** Takes away what an earlier call wrote before it failed, or an earlier run before it died. */
  private void cutOff() throws IOException {
    if (file.length() != stored) {
      file.setLength(stored);
    }
  }

  /** Line breaks in JSON text are white space between its tokens: a space says the same. */
  private void put(Bytes line) throws IOException {
    for (int i = 0; i < line.length(); i++) {
      byte each = line.at(i);
      putByte(each == '\n' || each == '\r' ? (byte) ' ' : each);
    }
  }

  private void putByte(byte each) throws IOException {
    if (buffered == buffer.length) {
      flush();
    }
    buffer[buffered++] = each;
  }

  private void flush() throws IOException {
    file.write(buffer, 0, buffered);
    buffered = 0;
  }

  @Override
  public synchronized void close() throws IOException {
    file.close();
  }

  /** Another run is at work. */
  static final class FileInUseException extends IOException {
    private static final long serialVersionUID = 1L;

    FileInUseException(Path path) {
      super(path + " is in use by another process; wait for it to end, or choose another output");
    }
  }

  /** The file is somebody else's. */
  static final class ForeignFileException extends IOException {
    private static final long serialVersionUID = 1L;

    ForeignFileException(Path path, long line) {
      super(
          "%s, line %d: was not written by this program, and is not written over; choose another output"
              .formatted(path, line));
    }
  }
}
