package io.batchprocessor.transform;

import static org.assertj.core.api.Assertions.assertThat;

import io.batchprocessor.message.Bytes;
import io.batchprocessor.spi.RequestBody;
import java.util.LinkedHashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;

class MultipartFormTest {

  private static Map<String, Bytes> fields(String... pairs) {
    Map<String, Bytes> fields = new LinkedHashMap<>();
    for (int i = 0; i < pairs.length; i += 2) {
      fields.put(pairs[i], Bytes.utf8(pairs[i + 1]));
    }
    return fields;
  }

  @Test
  void a_form_is_written_as_rfc_7578_has_it() {
    RequestBody body =
        new MultipartForm(fields("url", "https://x/y", "prompt", "größe")).body(round -> "b");

    assertThat(body.contentType()).isEqualTo("multipart/form-data; boundary=b");
    assertThat(body.content().toUtf8())
        .isEqualTo(
            """
            --b
            Content-Disposition: form-data; name="url"

            https://x/y
            --b
            Content-Disposition: form-data; name="prompt"

            größe
            --b--
            """
                .replace("\n", "\r\n"));
  }

  @Test
  void a_boundary_that_occurs_in_a_value_or_a_name_is_passed_over() {
    RequestBody body =
        new MultipartForm(fields("url", "x\r\n--b0\r\n", "b1", "y", "z", "\u0000b2é"))
            .body(round -> "b" + round);

    assertThat(body.contentType()).isEqualTo("multipart/form-data; boundary=b3");
  }

  @Test
  void the_boundary_is_of_the_content_and_short_enough() {
    String one = new MultipartForm(fields("url", "x")).body().contentType();

    assertThat(new MultipartForm(fields("url", "x")).body().contentType()).isEqualTo(one);
    assertThat(new MultipartForm(fields("url", "y")).body().contentType()).isNotEqualTo(one);
    assertThat(new MultipartForm(fields("ur", "lx")).body().contentType()).isNotEqualTo(one);
    // RFC 2046, 5.1.1: 1 to 70 characters, and these need no quotes.
    assertThat(one).matches("multipart/form-data; boundary=[a-z0-9-]{1,70}");
  }
}
