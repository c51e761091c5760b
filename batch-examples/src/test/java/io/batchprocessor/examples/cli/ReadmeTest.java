package io.batchprocessor.examples.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.MappingIterator;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.batchprocessor.BatchProcessor;
import io.batchprocessor.spi.Setting;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.MatchResult;
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

  private static final boolean WRITE = Boolean.getBoolean("readme.write");
  private static final String BEHIND =
      "README.md is behind the code; bring it up to date with: mvn -pl batch-examples -am test"
          + " -Dtest=ReadmeTest -Dsurefire.failIfNoSpecifiedTests=false"
          + " -Dsurefire.extraArgs=-Dreadme.write=true";

  /** What only the tests load: a queue provider, and the parts that are made to be copied. */
  private static final Set<String> OF_TESTS =
      Set.of("filled", "business-hours", "patient-when-shed", "signing", "slow-answers");

  private static final Pattern JSON = Pattern.compile("```json\n(.*?)```", Pattern.DOTALL);

  /** {@code <!-- snippet:NAME FILE -->}, then a block of code. */
  private static final Pattern SNIPPET =
      Pattern.compile("<!-- snippet:(\\S+) (\\S+) -->\n```(\\w+)\n.*?```", Pattern.DOTALL);

  @Test
  void every_setting_is_in_the_table_as_the_code_has_it() throws IOException {
    Path readme = ROOT.resolve("README.md");
    String text = Files.readString(readme);
    int begin = text.indexOf(BEGIN) + BEGIN.length();
    int end = text.indexOf(END);
    assertThat(begin).isGreaterThan(BEGIN.length());
    assertThat(end).isGreaterThanOrEqualTo(begin);
    if (WRITE) {
      Files.writeString(readme, text.substring(0, begin) + settings() + text.substring(end));
      return;
    }
    assertThat(text.substring(begin, end)).as(BEHIND).isEqualTo(settings());
  }

  @Test
  void every_gate_and_transform_shown_is_one_that_a_processor_takes() throws IOException {
    assertThat(configurationsTaken("\n## Gates\n")).isGreaterThanOrEqualTo(4);
    assertThat(configurationsTaken("\n## Transforms\n")).isGreaterThanOrEqualTo(1);
  }

  /** How many configurations a section shows; each must make a processor. */
  private static int configurationsTaken(String section) throws IOException {
    String text = Files.readString(ROOT.resolve("README.md"));
    int begin = text.indexOf(section);
    assertThat(begin).isPositive();
    Matcher blocks = JSON.matcher(text.substring(begin, text.indexOf("\n## ", begin + 1)));
    int found = 0;
    while (blocks.find()) {
      try (MappingIterator<Map<String, Object>> shown =
          new JsonMapper().readerFor(Map.class).readValues(blocks.group(1))) {
        while (shown.hasNext()) {
          BatchProcessor.builder()
              .setting("endpoint", "http://localhost:8000/v1/completions")
              .configure(shown.next())
              .build();
          found++;
        }
      }
    }
    return found;
  }

  @Test
  void every_snippet_is_what_compiles() throws IOException {
    Path readme = ROOT.resolve("README.md");
    String text = Files.readString(readme);
    assertThat(text).containsPattern(SNIPPET);
    if (WRITE) {
      String written =
          SNIPPET.matcher(text).replaceAll(found -> Matcher.quoteReplacement(compiled(found)));
      Files.writeString(readme, written);
      return;
    }
    SNIPPET
        .matcher(text)
        .results()
        .forEach(found -> assertThat(found.group()).as(BEHIND).isEqualTo(compiled(found)));
  }

  /** A snippet as the code has it. */
  private static String compiled(MatchResult found) {
    String name = found.group(1);
    String file = found.group(2);
    try {
      return "<!-- snippet:%s %s -->\n```%s\n%s```"
          .formatted(name, file, found.group(3), source(ROOT.resolve(file), name));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
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
            .orElseThrow(() -> new AssertionError("no snippet '%s' in %s".formatted(name, file)));
    return lines.stream()
            .map(line -> line.isBlank() ? "" : line.substring(indent))
            .collect(Collectors.joining("\n"))
            .strip()
        + "\n";
  }

  private static String settings() {
    return KnownSettings.find().sections().stream()
        .filter(section -> !OF_TESTS.contains(section.title()))
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
