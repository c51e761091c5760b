package io.batchprocessor.examples.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.MappingIterator;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.batchprocessor.BatchProcessor;
import io.batchprocessor.examples.Manual;
import io.batchprocessor.spi.Setting;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The pages show what is: their settings are those of the code, their snippets compile. */
class ReadmeTest {

  private static final boolean WRITE = Boolean.getBoolean("readme.write");
  private static final String BEHIND =
      "%s is behind the code; bring it up to date with: mvn -pl batch-examples -am test"
          + " -Dtest=ReadmeTest -Dsurefire.failIfNoSpecifiedTests=false"
          + " -Dsurefire.extraArgs=-Dreadme.write=true";

  /** What only the tests load. */
  private static final String OF_TESTS = "filled";

  /** What is made to be copied, or to be read. */
  private static final Set<String> EXAMPLES =
      Set.of(
          "business-hours",
          "jdbc",
          "patient-when-shed",
          "signing",
          "slow-answers",
          "tenant-as-user");

  private static final Pattern JSON = Pattern.compile("```json\n(.*?)```", Pattern.DOTALL);

  /** {@code <!-- settings:begin GROUP -->}, then the tables of a group. */
  private static final Pattern TABLES =
      Pattern.compile(
          "(<!-- settings:begin (\\w+) -->\n).*?(<!-- settings:end -->)", Pattern.DOTALL);

  /** {@code <!-- snippet:NAME FILE -->}, then a block of code. */
  private static final Pattern SNIPPET =
      Pattern.compile("<!-- snippet:(\\S+) (\\S+) -->\n```(\\w+)\n.*?```", Pattern.DOTALL);

  /** A queue as the Redis transports name theirs. */
  private static final Pattern QUEUE =
      Pattern.compile("\\bbatch-(?:queue|stream|sortedset)[a-z-]*");

  @Test
  void every_setting_is_in_a_table_as_the_code_has_it() throws IOException {
    Map<String, String> tables = tables();
    assertThat(tables).containsOnlyKeys("program", "core", "redis", "pubsub", "examples");
    assertThat(found(TABLES).map(begin -> begin.group(2)))
        .containsExactlyInAnyOrderElementsOf(tables.keySet());
    generated(TABLES, block -> block.group(1) + tables.get(block.group(2)) + block.group(3));
  }

  /**
   * One row stands for a setting of several providers; the first one's default is in its column.
   */
  @Test
  void a_default_that_is_another_with_another_provider_is_told() {
    Map<String, Setting<?>> shown =
        KnownSettings.find().all().stream().collect(Collectors.toMap(Setting::key, key -> key));
    BatchProcessor.providerSettings()
        .forEach(
            (provider, settings) ->
                settings.forEach(
                    setting -> {
                      Setting<?> row = shown.get(setting.key());
                      if (!setting.defaultText().equals(row.defaultText())) {
                        assertThat(row.description())
                            .as(setting.key())
                            .contains("with " + provider + " " + setting.defaultText().orElse(""));
                      }
                    }));
  }

  /** Wherever a page names a queue of Redis and the transports that have it. */
  @Test
  void a_queue_said_to_be_of_a_transport_is_one_that_it_has_by_default() {
    Pattern said = Pattern.compile("`(batch-[a-z-]+)` with ((?:`redis-[a-z]+`(?: and )?)+)");
    List<MatchResult> all = found(said).toList();
    assertThat(all).isNotEmpty();
    assertThat(
            said.matcher(Manual.read(Manual.ROOT.resolve("batch-examples/OPERATIONS.md")))
                .replaceAll(""))
        .doesNotContainPattern(QUEUE);
    for (MatchResult one : all) {
      for (String transport : one.group(2).replace("`", "").split(" and ", -1)) {
        assertThat(defaults(transport)).as(one.group()).contains(one.group(1));
      }
    }
  }

  /** Tables that have a column for each transport, such as those of what producers write. */
  @Test
  void a_queue_in_the_column_of_a_transport_is_one_that_it_has_by_default() {
    List<String> columns = List.of();
    int checked = 0;
    for (String line : Manual.read(Manual.ROOT.resolve("batch-redis/README.md")).split("\n", -1)) {
      List<String> cells = List.of(line.split("\\|", -1));
      if (!line.startsWith("|")) {
        columns = List.of();
      } else if (columns.isEmpty()) {
        columns = cells;
      }
      for (int i = 2; i < Math.min(columns.size(), cells.size()); i++) {
        String transport = columns.get(i).replaceAll("[` ]", "");
        for (MatchResult name : QUEUE.matcher(cells.get(i)).results().toList()) {
          assertThat(defaults(transport)).as(line).contains(name.group());
          checked++;
        }
      }
    }
    assertThat(checked).isEqualTo(6);
  }

  private static List<String> defaults(String transport) {
    return BatchProcessor.providerSettings().get(transport).stream()
        .flatMap(setting -> setting.defaultText().stream())
        .toList();
  }

  @Test
  void every_snippet_is_what_compiles() throws IOException {
    assertThat(found(SNIPPET)).hasSizeGreaterThan(10);
    generated(SNIPPET, ReadmeTest::compiled);
  }

  @Test
  void every_configuration_shown_is_one_that_a_processor_takes() throws IOException {
    int taken = 0;
    for (MatchResult block : found(JSON).toList()) {
      try (MappingIterator<Map<String, Object>> shown =
          new JsonMapper().readerFor(Map.class).readValues(block.group(1))) {
        while (shown.hasNext()) {
          Map<String, Object> configuration = shown.next();
          if (!configuration.containsKey("id")) { // else a message
            BatchProcessor.builder()
                .setting("endpoint", "http://localhost:8000/v1/completions")
                .configure(configuration)
                .build();
            taken++;
          }
        }
      }
    }
    assertThat(taken).isGreaterThan(10);
  }

  private static Stream<MatchResult> found(Pattern pattern) {
    return Manual.pages().stream().flatMap(page -> pattern.matcher(Manual.read(page)).results());
  }

  /** Checks, or writes, every part of every page that comes out of the code. */
  private static void generated(Pattern part, Function<MatchResult, String> code)
      throws IOException {
    for (Path page : Manual.pages()) {
      String text = Manual.read(page);
      String written =
          part.matcher(text).replaceAll(found -> Matcher.quoteReplacement(code.apply(found)));
      if (WRITE) {
        Files.writeString(page, written);
      } else {
        assertThat(text).as(BEHIND, Manual.ROOT.relativize(page)).isEqualTo(written);
      }
    }
  }

  /** A snippet as the code has it. */
  private static String compiled(MatchResult found) {
    String name = found.group(1);
    String file = found.group(2);
    try {
      return "<!-- snippet:%s %s -->\n```%s\n%s```"
          .formatted(name, file, found.group(3), source(Manual.ROOT.resolve(file), name));
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

  /** The tables by the group whose page has them. */
  private static Map<String, String> tables() {
    return KnownSettings.find().sections().stream()
        .filter(section -> !section.title().equals(OF_TESTS))
        .collect(
            Collectors.groupingBy(
                section -> group(section.title()),
                Collectors.mapping(
                    section -> table(section.title(), section.settings()), Collectors.joining())));
  }

  private static String group(String title) {
    if (title.equals("This program")) {
      return "program";
    }
    if (EXAMPLES.contains(title)) {
      return "examples";
    }
    return title.contains("redis") ? "redis" : title.equals("gcp-pubsub") ? "pubsub" : "core";
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
}
