package io.batchprocessor.message;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.LinkedHashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class HeaderRulesTest {

  @ParameterizedTest
  @ValueSource(
      strings = {
        "Connection",
        "keep-alive",
        "PROXY-CONNECTION",
        "Proxy-Authenticate",
        "proxy-authorization",
        "TE",
        "Trailer",
        "Transfer-Encoding",
        "Upgrade",
        "Host",
        "content-length",
        "Expect",
      })
  void what_belongs_to_the_connection_is_refused_in_any_case(String name) {
    assertThat(HeaderRules.fault(Map.of(name, "x")))
        .isEqualTo("headers: '" + name + "' is set by the HTTP client itself; leave it out");
  }

  @ParameterizedTest
  @ValueSource(strings = {"", " ", "a b", "a:", ":path", "a\n", "ä", "a(b)", "a/b", "\u212A", "\0"})
  void a_name_that_is_no_token_is_refused(String name) {
    assertThat(HeaderRules.fault(Map.of(name, "x"))).contains("is no header name; use letters");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"x\r\nY: z", "x\n", "\r", "\0", "\u001b[0m", "\u007f", "ä", "\u0085", "€"})
  void a_value_with_a_control_or_non_ascii_character_is_refused_and_not_repeated(String value) {
    assertThat(HeaderRules.fault(Map.of("X-A", value)))
        .startsWith("headers: 'X-A' has a value with a control or non-ASCII character at position ")
        .doesNotContain(value);
  }

  @Test
  void one_header_in_two_cases_is_refused() {
    Map<String, String> headers = new LinkedHashMap<>();
    headers.put("X-Tenant", "a");
    headers.put("x-tenant", "a");

    assertThat(HeaderRules.fault(headers))
        .isEqualTo("headers: 'x-tenant' is given twice, in different case; give it once");
  }

  @Test
  void other_headers_are_allowed() {
    Map<String, String> headers =
        Map.of(
            "Authorization", "Bearer abc",
            "x-!#$%&'*+-.^_`|~9", "",
            "X-Text", " visible ~ and\ttab ");

    assertThat(HeaderRules.fault(headers)).isNull();
  }
}
