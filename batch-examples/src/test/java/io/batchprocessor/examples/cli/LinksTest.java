package io.batchprocessor.examples.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.batchprocessor.examples.Manual;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Whatever points at a page, or at a place in it, points at something. */
class LinksTest {

  private static final Pattern LINK =
      Pattern.compile("]\\(([^)\\s]+)\\)|(?:src|href)=\"([^\"]+)\"");
  private static final Pattern CODE = Pattern.compile("(?ms)^```.*?^```$|`[^`\n]*`");
  private static final Pattern HEADING = Pattern.compile("(?m)^#+ +(.*)$");

  /** A page of ours, as other files name it: in capitals. */
  private static final Pattern PAGE = Pattern.compile("(?<![\\w./-])(?:[\\w-]+/)*[A-Z]+\\.md");

  @Test
  void every_link_leads_to_a_file_and_every_anchor_to_a_heading() {
    List<String> broken = new ArrayList<>();
    int found = 0;
    for (Path page : Manual.pages()) {
      for (String link : links(page)) {
        found++;
        if (!leadsSomewhere(page, link)) {
          broken.add(Manual.ROOT.relativize(page) + ": " + link);
        }
      }
    }
    assertThat(broken).isEmpty();
    assertThat(found).isGreaterThan(100);
  }

  @Test
  void every_page_can_be_reached_from_the_readme() {
    Set<Path> reached = new HashSet<>();
    Deque<Path> left = new ArrayDeque<>(List.of(Manual.ROOT.resolve("README.md")));
    while (!left.isEmpty()) {
      Path page = left.remove();
      if (reached.add(page)) {
        links(page).stream()
            .map(link -> target(page, link))
            .filter(path -> path.toString().endsWith(".md"))
            .forEach(left::add);
      }
    }
    assertThat(reached).containsExactlyInAnyOrderElementsOf(Manual.pages());
  }

  @Test
  void every_page_that_another_file_names_is_there() {
    List<String> missing = new ArrayList<>();
    Manual.files().stream()
        .filter(file -> file.toString().matches(".*\\.(java|yaml|json|tpl|txt|xml|html|md)"))
        .forEach(
            file ->
                PAGE.matcher(Manual.read(file))
                    .results()
                    .map(named -> named.group())
                    .filter(named -> places(file).noneMatch(p -> Files.exists(p.resolve(named))))
                    .forEach(named -> missing.add(Manual.ROOT.relativize(file) + ": " + named)));
    assertThat(missing).isEmpty();
  }

  /** Where a name may begin: at the top, in a module, or beside the file. */
  private static Stream<Path> places(Path file) {
    return Stream.iterate(file.getParent(), p -> p.startsWith(Manual.ROOT), Path::getParent);
  }

  private static List<String> links(Path page) {
    return LINK.matcher(CODE.matcher(Manual.read(page)).replaceAll(""))
        .results()
        .map(link -> link.group(1) == null ? link.group(2) : link.group(1))
        .filter(link -> !link.matches("https?://.*"))
        .toList();
  }

  private static boolean leadsSomewhere(Path page, String link) {
    Path target = target(page, link);
    int anchor = link.indexOf('#');
    return Files.exists(target)
        && target.startsWith(Manual.ROOT)
        && (anchor < 0 || anchors(target).contains(link.substring(anchor + 1)));
  }

  private static Path target(Path page, String link) {
    String file = link.replaceFirst("#.*", "");
    return file.isEmpty() ? page : page.resolveSibling(file).normalize();
  }

  /** As GitHub makes them of headings; of two that are alike, the second has a number. */
  private static Set<String> anchors(Path page) {
    Set<String> anchors = new HashSet<>();
    HEADING
        .matcher(Manual.read(page).replaceAll("(?ms)^```.*?^```$", ""))
        .results()
        .map(heading -> heading.group(1).replaceAll("\\[([^]]*)]\\([^)]*\\)", "$1"))
        .map(text -> text.toLowerCase(Locale.ROOT).replaceAll("[^\\p{L}\\p{N}_ -]", ""))
        .map(text -> text.replace(' ', '-'))
        .forEach(
            slug -> {
              String anchor = slug;
              for (int n = 1; !anchors.add(anchor); n++) {
                anchor = slug + "-" + n;
              }
            });
    return anchors;
  }
}
