package io.batchprocessor.examples.files;

import io.batchprocessor.message.Bytes;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/**
 * The output, and beside it the file of rejected lines, which is made when there is the first. What
 * is in them is the only memory that a run leaves to the next.
 */
final class ResultFiles implements AutoCloseable {

  private final AppendFile output;
  private final Path rejectedPath;
  private @Nullable AppendFile rejected;

  private ResultFiles(AppendFile output, Path rejectedPath) {
    this.output = output;
    this.rejectedPath = rejectedPath;
  }

  /** Opens them, and notes in {@code seen} what earlier runs dealt with. */
  static ResultFiles open(Path output, Path rejectedPath, SeenKeys seen) throws IOException {
    AppendFile results =
        AppendFile.open(
            output,
            line -> {
              Optional<String> id = JsonLines.answeredId(line);
              id.ifPresent(seen::answeredId);
              return id.isPresent();
            });
    ResultFiles files = new ResultFiles(results, rejectedPath);
    try {
      if (rejectedPath.toFile().exists()) {
        files.rejected =
            AppendFile.open(
                rejectedPath,
                line -> {
                  OptionalLong number = JsonLines.rejectedLine(line);
                  number.ifPresent(seen::answeredLine);
                  return number.isPresent();
                });
      }
      return files;
    } catch (IOException | RuntimeException e) {
      files.close();
      throw e;
    }
  }

  /** Adds results; returns when they are on the disk. */
  void answer(List<Bytes> lines) throws IOException {
    output.append(lines);
  }

  /** Adds rejected lines; returns when they are on the disk. */
  synchronized void reject(List<Bytes> lines) throws IOException {
    AppendFile file = rejected;
    if (file == null) {
      file = AppendFile.open(rejectedPath, line -> false);
      rejected = file;
    }
    file.append(lines);
  }

  @Override
  public synchronized void close() throws IOException {
    AppendFile file = rejected;
    try {
      output.close();
    } finally {
      if (file != null) {
        file.close();
      }
    }
  }
}
