package io.batchprocessor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** Nothing that users may name comes, goes or changes unnoticed. */
class PublicApiTest {

  private static final Path KNOWN = Path.of("src/test/resources/public-api.txt");
  private static final Path CLASSES = Path.of("target/classes");

  @Test
  void the_public_api_is_the_one_that_was_agreed_on() throws Exception {
    List<String> now = new PublicApi(CLASSES).lines();
    if (Boolean.getBoolean("api.write")) {
      Files.write(KNOWN, now);
      return;
    }
    List<String> known = Files.readAllLines(KNOWN);
    assertThat(known).isNotEmpty();
    String changes = without(known, now, "- ") + without(now, known, "+ ");
    if (!changes.isEmpty()) {
      fail(
          """
          The public API of batch-core is not the one in batch-core/%s:
          %s
          If that is meant, say so in CHANGELOG.md and write the file anew with: mvn -pl batch-core \
          test -Dtest=PublicApiTest -Dsurefire.extraArgs=-Dapi.write=true
          """
              .formatted(KNOWN, changes));
    }
  }

  /** What is in the first list and not in the second. */
  private static String without(List<String> lines, List<String> others, String sign) {
    List<String> left = new ArrayList<>(lines);
    left.removeAll(others);
    return left.stream().map(line -> sign + line + "\n").collect(Collectors.joining());
  }
}
