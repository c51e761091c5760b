package io.batchprocessor.transform;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.time.Instant;
import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.CharRange;
import net.jqwik.api.constraints.StringLength;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class SignedUrlTest {

  private static final List<String> HOSTS = List.of("storage.googleapis.com", "s3.amazonaws.com");
  private static final String GOOD =
      "X-Goog-Date=20261124T100000Z&X-Goog-Expires=900&X-Goog-Signature=c0ffee";

  private static SignedUrl.Fault fault(String text) {
    return catchThrowableOfType(SignedUrl.Fault.class, () -> SignedUrl.parse(text, HOSTS));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "https://storage.googleapis.com/bucket/a%20file.mp3?X-Goog-Algorithm=GOOG4-RSA-SHA256"
            + "&X-Goog-Credential=me%40p.iam.gserviceaccount.com%2F20261124%2Fauto%2Fstorage%2Fgoog4_request"
            + "&X-Goog-Date=20261124T100000Z&X-Goog-Expires=900&X-Goog-SignedHeaders=host"
            + "&X-Goog-Signature=c0ffee",
        "HTTPS://My_Bucket.Storage.GoogleAPIs.com:443/f?" + GOOD,
        "https://storage.googleapis.com/?x-goog-date=20261124T100000Z&x-goog-expires=900&x-goog-signature=c",
        "https://storage.googleapis.com/b/f?GoogleAccessId=me%40p&Expires=1795515300&Signature=ab%2Bc%3D",
        "https://b.s3.amazonaws.com/f?X-Amz-Date=20261124T100000Z&X-Amz-Expires=900&X-Amz-Signature=c",
        // The first of two ends it.
        "https://storage.googleapis.com/b/f?Expires=1795515300&Signature=c&X-Goog-Date=20261124T100000Z"
            + "&X-Goog-Expires=901&X-Goog-Signature=c",
      })
  void the_time_of_each_kind_of_signature_is_read(String url) throws Exception {
    SignedUrl signed = SignedUrl.parse(url, HOSTS);

    assertThat(signed.expiry()).isEqualTo(Instant.parse("2026-11-24T10:15:00Z"));
    assertThat(signed.text()).isEqualTo(url);
    assertThat(signed).hasToString("SignedUrl[expires 2026-11-24T10:15:00Z]");
  }

  @ParameterizedTest
  @CsvSource(
      quoteCharacter = '`',
      delimiter = '|',
      value = {
        "gs://bucket/hush | a gs:// address is not signed; must be a signed https URL",
        "GS://bucket/hush?X-Goog-Signature=hush | a gs:// address is not signed; must be a signed https URL",
        "hush | not a signed https URL",
        "http://storage.googleapis.com/hush?" + GOOD + " | not a signed https URL",
        "https://storage.googleapis.com/hush | not a signed https URL",
        "https://hush@storage.googleapis.com/f?" + GOOD + " | not a signed https URL",
        "https://storage.googleapis.com:8443/hush?" + GOOD + " | not a signed https URL",
        "https://storage.googleapis.com\\@evil.test/hush?" + GOOD + " | not a signed https URL",
        "https://storage.googleapis.com/hush?" + GOOD + "#hush | not a signed https URL",
        "https://storage.googleapis.com/hush hush?" + GOOD + " | not a signed https URL",
        "https://storage.googleapis.com/hüsh?" + GOOD + " | not a signed https URL",
        "https:///hush?" + GOOD + " | not a signed https URL",
        "https://[::1]/hush?" + GOOD + " | not a signed https URL",
      })
  void what_is_no_signed_https_url_is_told_without_it(String url, String reason) {
    assertThat(fault(url)).hasMessage(reason);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "evil.test",
        "storage.googleapis.com.evil.test",
        "evilstorage.googleapis.com",
        "storage.googleapis.com.",
        "googleapis.com",
        "169.254.169.254",
        "localhost",
      })
  void no_other_host_is_allowed(String host) {
    assertThat(fault("https://" + host + "/hush?" + GOOD))
        .hasMessage(
            "a URL on a host that is not allowed; allowed are storage.googleapis.com,"
                + " s3.amazonaws.com and hosts below");
  }

  @ParameterizedTest
  @CsvSource(
      quoteCharacter = '`',
      delimiter = '|',
      value = {
        "alt=media | not a signed https URL: its query has no signature that expires",
        "X-Goog-Date=20261124T100000Z&X-Goog-Expires=900 | not a signed https URL: its query has no signature that expires",
        "Expires=1795515300 | not a signed https URL: its query has no signature that expires",
        "X-Goog-Date=20261124T100000Z&X-Goog-Signature=hush | a URL whose x-goog-expires is no number of seconds",
        "X-Goog-Expires=900&X-Goog-Signature=hush | a URL whose x-goog-date is no time such as 20261124T120000Z",
        "X-Goog-Date=20261324T100000Z&X-Goog-Expires=900&X-Goog-Signature=hush | a URL whose x-goog-date is no time such as 20261124T120000Z",
        "X-Goog-Date=20261124T100000Z&X-Goog-Expires=-1&X-Goog-Signature=hush | a URL whose x-goog-expires is no number of seconds",
        "X-Goog-Date=20261124T100000Z&X-Goog-Expires=9999999999999999999&X-Goog-Signature=hush | a URL whose x-goog-expires is no number of seconds",
        "X-Amz-Date=hush&X-Amz-Expires=900&X-Amz-Signature=hush | a URL whose x-amz-date is no time such as 20261124T120000Z",
        "Expires=hush&Signature=hush | a URL whose expires is no number of seconds",
        "X-Goog-Expires=900&X-Goog-Date=20261124T100000Z&X-Goog-Signature=hush&X-Goog-Expires=9000 | a URL whose query tells its signature or its time twice",
        "Expires=1795515300&Signature=hush&%65xpires=9795515300 | a URL whose query tells its signature or its time twice",
        "X-Goog-Signature=hush%zz | a URL with a % without two hexadecimal digits",
      })
  void a_query_that_does_not_tell_when_it_ends_is_told_without_it(String query, String reason) {
    assertThat(fault("https://storage.googleapis.com/b/hush?" + query)).hasMessage(reason);
  }

  @ParameterizedTest
  @ValueSource(ints = {SignedUrl.MAX_CHARS + 1, 10_000_000})
  void a_url_that_is_longer_than_any_is_refused(int chars) {
    String url = "https://storage.googleapis.com/b/f?" + GOOD + "&a=";

    assertThat(fault(url + "x".repeat(chars - url.length())))
        .hasMessage("longer than 8192 characters; must be a signed https URL");
  }

  /** However wrong it is: neither the fault nor what caused it shows the secret. */
  @Property(tries = 1_000)
  void no_fault_shows_any_of_it(
      @ForAll @StringLength(max = 30) @CharRange(from = ' ', to = '~') String junk) {
    for (String url :
        List.of(
            "https://storage.googleapis.com/" + junk + "?X-Goog-Signature=zQ9zQ9",
            "https://storage.googleapis.com/b?X-Goog-Signature=zQ9zQ9&" + junk,
            "https://zQ9zQ9" + junk + "/b?X-Goog-Signature=zQ9zQ9",
            junk + "zQ9zQ9")) {
      SignedUrl.Fault fault = fault(url);
      if (fault != null) {
        StringWriter printed = new StringWriter();
        fault.printStackTrace(new PrintWriter(printed));
        assertThat(printed.toString()).doesNotContain("zQ9zQ9");
      }
    }
  }
}
