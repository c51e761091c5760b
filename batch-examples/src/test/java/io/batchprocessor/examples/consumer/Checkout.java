package io.batchprocessor.examples.consumer;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** The files of this project that a newcomer sees: the README, the POMs, the jars. */
final class Checkout {

  private static final Path ROOT =
      Stream.iterate(Path.of("").toAbsolutePath(), Path::getParent)
          .filter(path -> Files.exists(path.resolve("CHANGELOG.md")))
          .findFirst()
          .orElseThrow();

  private Checkout() {}

  static Path file(String path) {
    return ROOT.resolve(path);
  }

  /** The Java of a snippet that the README shows. */
  static String snippet(String name) {
    return find("README.md", "<!-- snippet:" + name + " \\S+ -->\n```java\n(.*?)```");
  }

  /** The dependencies that the README asks for under a heading. */
  static String dependenciesOf(String heading) {
    return find("README.md", "\n#+ " + heading + "\n.*?```xml\n(.*?)```");
  }

  /** The first project of dependencies, where adapters are explained, that has this among them. */
  static String dependenciesWith(String line) {
    return find(
        "batch-examples/ADAPTERS.md",
        "```xml\n<dependencies>\n((?:(?!```).)*" + line + ".*?)</dependencies>\n```");
  }

  /** The version of an artifact that this build uses, so that it is downloaded already. */
  static String version(String artifact) {
    return find("pom.xml", "<artifactId>" + artifact + "</artifactId>\\s*<version>(.*?)</version>");
  }

  /** A property of the parent. */
  static String property(String name) {
    return find("pom.xml", "<" + name + ">(.*?)</" + name + ">");
  }

  private static String find(String file, String pattern) {
    return Pattern.compile(pattern, Pattern.DOTALL)
        .matcher(read(ROOT.resolve(file)))
        .results()
        .findFirst()
        .map((MatchResult found) -> found.group(1))
        .orElseThrow(() -> new AssertionError(file + " has nothing like " + pattern));
  }

  private static String read(Path file) {
    try {
      return Files.readString(file);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
