package io.batchprocessor.message;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.URI;
import java.net.URISyntaxException;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.Tuple;
import net.jqwik.api.statistics.Statistics;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class EndpointPathTest {

  private static final URI GATEWAY = URI.create("http://gw.example");

  @ParameterizedTest
  @ValueSource(
      strings = {
        "/",
        "/v1/completions",
        "/v1/chat/completions/",
        "/v1/models/meta-llama@1:generate",
        "/a..b/...c/.well-known/c..",
        "/a%20b/%7Euser",
        "/a;v=1.2/b",
        "/v1/x?",
        "/v1/x?a=1&b=2/3?4",
        "/v1/x?a=..&b=%2F%2e%25%E2%82%AC",
      })
  void a_path_on_the_gateway_is_allowed(String endpoint) {
    assertThat(EndpointPath.fault(endpoint)).isNull();
  }

  @ParameterizedTest
  @CsvSource({
    // another host
    "'', does not begin with a slash",
    "v1/completions, does not begin with a slash",
    "http://evil.example/, does not begin with a slash",
    "HTTPS:/v1, does not begin with a slash",
    "?x, does not begin with a slash",
    "//evil.example/v1, has an empty segment",
    "///v1, has an empty segment",
    "/v1//x, has an empty segment",
    "/\\evil.example, has a character that a path may not have",
    "\\\\evil.example, does not begin with a slash",
    // dot segments
    "/.., has a dot segment",
    "/., has a dot segment",
    "/v1/../admin, has a dot segment",
    "/v1/./admin, has a dot segment",
    "/v1/..?x, has a dot segment",
    "/v1/..;x/admin, has a dot segment",
    "/v1/;x/admin, has a dot segment",
    // the same in disguise
    "/v1/%2e%2e/admin, 'has an escape that could lead elsewhere, %2e'",
    "/v1/%2E./admin, 'has an escape that could lead elsewhere, %2E'",
    "/%2fevil.example, 'has an escape that could lead elsewhere, %2f'",
    "/v1%5cadmin, 'has an escape that could lead elsewhere, %5c'",
    "/v1/%252e%252e/admin, 'has an escape that could lead elsewhere, %25'",
    "/v1/..%3bx, 'has an escape that could lead elsewhere, %3b'",
    "/v1/%c0%ae%c0%ae/admin, 'has an escape that could lead elsewhere, %c0'",
    "/v1%3Fx, 'has an escape that could lead elsewhere, %3F'",
    "/v1%23x, 'has an escape that could lead elsewhere, %23'",
    "/v1%00, 'has an escape that could lead elsewhere, %00'",
    "/v1%0d%0aHost:x, 'has an escape that could lead elsewhere, %0d'",
    "/v1?x=%0d%0aHost:x, 'has an escape that could lead elsewhere, %0d'",
    "/v1?x=%7F, 'has an escape that could lead elsewhere, %7F'",
    // not in a path at all
    "/v1#top, has a character that a path may not have",
    "/v1?a#top, has a character that a path may not have",
    "/v1 x, has a character that a path may not have",
    "/v1?a|b, has a character that a path may not have",
    "/v1/{model}, has a character that a path may not have",
    "/v1/größe, has a character that a path may not have",
    "/v1%, has a % without two hexadecimal digits",
    "/v1%4, has a % without two hexadecimal digits",
    "/v1%zz, has a % without two hexadecimal digits",
    "/v1%+1, has a % without two hexadecimal digits",
    "/v1%٣٣, has a % without two hexadecimal digits",
    "/v1?x=%4g, has a % without two hexadecimal digits",
  })
  void what_could_leave_the_gateway_is_refused(String endpoint, String fault) {
    assertThat(EndpointPath.fault(endpoint))
        .startsWith("endpoint: '")
        .contains(fault)
        .endsWith("; must be a path on the gateway, such as '/v1/completions'");
  }

  @ParameterizedTest
  @ValueSource(strings = {"/v1\n", "/v1\r\nHost: x", "/v1\0", "/v1\t", "/v1\u007f"})
  void control_characters_are_refused_and_not_repeated(String endpoint) {
    assertThat(EndpointPath.fault(endpoint)).contains("has a character").doesNotContain(endpoint);
  }

  @Property(tries = 20_000)
  void what_is_allowed_stays_on_the_gateway_and_means_what_it_says(
      @ForAll("endpoints") String endpoint) throws URISyntaxException {
    boolean allowed = EndpointPath.fault(endpoint) == null;
    Statistics.collect(allowed ? "allowed" : "refused");
    if (!allowed) {
      return;
    }
    URI path = new URI(endpoint);
    URI target = GATEWAY.resolve(path);

    assertThat(target.getScheme()).isEqualTo("http");
    assertThat(target.getRawAuthority()).isEqualTo("gw.example");
    assertThat(target.getRawFragment()).isNull();
    assertThat(target).hasToString(GATEWAY + endpoint);
    assertThat(target.normalize().getRawPath()).isEqualTo(path.getRawPath());
    // Decoded once more, as a proxy on the way may do, it leads to the same place.
    assertThat(new URI(null, null, path.getPath(), null).normalize().getPath())
        .isEqualTo(path.getPath());
  }

  @Provide
  Arbitrary<String> endpoints() {
    Arbitrary<String> parts =
        Arbitraries.frequencyOf(
            Tuple.of(6, Arbitraries.of("/", "a", "v1", "b.c", "?", "=", "~")),
            Tuple.of(
                2,
                Arbitraries.of(
                    ".", "..", "//", "\\", "%2e", "%2F", "%25", "%20", ":", "@", ";", "#", "%")),
            Tuple.of(1, Arbitraries.chars().all().map(String::valueOf)));
    return parts.list().ofMaxSize(8).map(list -> "/" + String.join("", list));
  }
}
