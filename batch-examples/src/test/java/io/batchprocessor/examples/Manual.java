package io.batchprocessor.examples;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** What there is to read about this project: the README and the pages that it leads to. */
public final class Manual {

  /** The top of the repository. */
  public static final Path ROOT =
      Stream.iterate(Path.of("").toAbsolutePath(), Path::getParent)
          .filter(path -> Files.exists(path.resolve("CHANGELOG.md")))
          .findFirst()
          .orElseThrow();

  private Manual() {}

  /** Every page, in a fixed order. */
  public static List<Path> pages() {
    return files().stream().filter(file -> file.toString().endsWith(".md")).toList();
  }

  /** All pages in one text. */
  public static String text() {
    return pages().stream().map(Manual::read).collect(Collectors.joining("\n"));
  }

  /** Every file that is not made by a build, in a fixed order. */
  public static List<Path> files() {
    List<Path> files = new ArrayList<>();
    try {
      Files.walkFileTree(
          ROOT,
          new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult preVisitDirectory(Path path, BasicFileAttributes attributes) {
              String name = path.getFileName().toString();
              boolean foreign =
                  name.equals("target") || (name.startsWith(".") && !path.equals(ROOT));
              return foreign ? FileVisitResult.SKIP_SUBTREE : FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult visitFile(Path path, BasicFileAttributes attributes) {
              files.add(path);
              return FileVisitResult.CONTINUE;
            }
          });
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    files.sort(null);
    return files;
  }

  public static String read(Path file) {
    try {
      return Files.readString(file);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
