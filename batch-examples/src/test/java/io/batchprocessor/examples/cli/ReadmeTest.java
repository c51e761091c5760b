package io.batchprocessor.examples.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.batchprocessor.spi.Setting;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The README shows what is: its settings are those of the code, its snippets compile. */
class ReadmeTest {

  private static final Path ROOT = root();
  private static final String BEGIN = "<!-- settings:begin -->\n";
  private static final String END = "<!-- settings:end -->";

  /** A queue provider that only the tests have. */
  private static final String OF_TESTS = "filled";

  /** {@code <!-- snippet:NAME FILE -->}, then a block of code. */
  private static final Pattern SNIPPET =
      Pattern.compile("<!-- snippet:(\\S+) (\\S+) -->\n```\\w+\n(.*?)```", Pattern.DOTALL);

  @Test
  void every_setting_is_in_the_table_as_the_code_has_it() throws IOException {
    Path readme = ROOT.resolve("README.md");
    String text = Files.readString(readme);
    int begin = text.indexOf(BEGIN) + BEGIN.length();
    int end = text.indexOf(END);
    assertThat(begin).isGreaterThan(BEGIN.length());
    assertThat(end).isGreaterThanOrEqualTo(begin);
    if (Boolean.getBoolean("readme.write")) {
      Files.writeString(readme, text.substring(0, begin) + settings() + text.substring(end));
      return;
    }
    assertThat(text.substring(begin, end))
        .as(
            "README.md is behind the code; bring it up to date with: mvn -pl batch-examples -am test"
                + " -Dtest=ReadmeTest -Dsurefire.failIfNoSpecifiedTests=false"
                + " -Dsurefire.extraArgs=-Dreadme.write=true")
        .isEqualTo(settings());
  }

  @Test
  void every_snippet_is_what_compiles() throws IOException {
    Matcher snippets = SNIPPET.matcher(Files.readString(ROOT.resolve("README.md")));
    int found = 0;
    while (snippets.find()) {
      found++;
      assertThat(snippets.group(3))
          .as("snippet %s of README.md", snippets.group(1))
          .isEqualTo(source(ROOT.resolve(snippets.group(2)), snippets.group(1)));
    }
    assertThat(found).isPositive();
  }

  private static String source(Path file, String name) throws IOException {
    List<String> lines = new ArrayList<>();
    boolean inside = false;
    for (String line : Files.readAllLines(file)) {
      if (line.strip().matches("(//|#) end:" + name)) {
        break;
      }
      if (inside) {
        lines.add(line);
      }
      inside |= line.strip().matches("(//|#) snippet:" + name);
    }
    int indent =
        lines.stream()
            .filter(line -> !line.isBlank())
            .mapToInt(line -> line.length() - line.stripLeading().length())
            .min()
            .orElseThrow();
    return lines.stream()
        .map(line -> line.isBlank() ? "\n" : line.substring(indent) + "\n")
        .collect(Collectors.joining());
  }

  private static String settings() {
    return KnownSettings.find().sections().stream()
        .filter(section -> !section.title().equals(OF_TESTS))
        .map(section -> table(section.title(), section.settings()))
        .collect(Collectors.joining());
  }

  private static String table(String title, List<Setting<?>> settings) {
    String rows =
        settings.stream()
            .map(
                setting ->
                    "| `%s` | %s | %s | %s |\n"
                        .formatted(
                            setting.key(),
                            setting.type().replace("|", ", "),
                            setting.defaultText().map(text -> "`" + text + "`").orElse(""),
                            setting.description().replace("|", "\\|")))
            .collect(Collectors.joining());
    return "\n**%s**\n\n| key | type | default | meaning |\n| --- | --- | --- | --- |\n%s"
        .formatted(title, rows);
  }

  private static Path root() {
    return Stream.iterate(Path.of("").toAbsolutePath(), path -> path.getParent())
        .filter(path -> Files.exists(path.resolve("CHANGELOG.md")))
        .findFirst()
        .orElseThrow();
  }
}
