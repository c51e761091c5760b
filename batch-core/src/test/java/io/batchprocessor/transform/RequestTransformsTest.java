package io.batchprocessor.transform;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.batchprocessor.message.Bytes;
import io.batchprocessor.message.RequestMessage;
import io.batchprocessor.spi.InvalidSettingsException;
import io.batchprocessor.spi.RequestBody;
import io.batchprocessor.spi.RequestTransform;
import io.batchprocessor.spi.RequestTransformContext;
import io.batchprocessor.spi.RequestTransformProvider;
import io.batchprocessor.spi.RequestView;
import io.batchprocessor.spi.Settings;
import io.batchprocessor.spi.Transformed;
import io.batchprocessor.testkit.ProviderContract;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** The transforms that a configuration can name. */
class RequestTransformsTest {

  private static final URI GATEWAY = URI.create("http://gateway.test/v1/audio/transcriptions");
  private static final Instant ISSUED = Instant.parse("2026-11-24T10:00:00Z");
  private static final String URL =
      "https://storage.googleapis.com/b/a.mp3?X-Goog-Date=20261124T100000Z&X-Goog-Expires=900"
          + "&X-Goog-Signature=c0ffee";

  private Instant now = ISSUED;

  private record Request(RequestMessage message) implements RequestView {

    @Override
    public String queue() {
      return "requests";
    }

    @Override
    public int attempt() {
      return 1;
    }
  }

  private RequestTransform transform(String id, String... pairs) {
    RequestTransformProvider provider = ProviderContract.find(RequestTransformProvider.class, id);
    Map<String, String> values = new HashMap<>();
    for (int i = 0; i < pairs.length; i += 2) {
      values.put("transform." + id + "." + pairs[i], pairs[i + 1]);
    }
    Settings settings = Settings.of(provider.settings(), values);
    provider.check(settings);
    return provider.create(new RequestTransformContext(settings, () -> now));
  }

  private static Transformed apply(RequestTransform transform, RequestBody body) {
    RequestMessage message =
        RequestMessage.builder("r")
            .deadline(Instant.MAX)
            .payload("{\"not\":\"looked at\"}")
            .build();
    return transform.transform(new Request(message), GATEWAY, body);
  }

  private static Transformed apply(RequestTransform transform, String json) {
    return apply(transform, new RequestBody(Bytes.utf8(json), RequestBody.JSON));
  }

  private String rejection(RequestTransform transform, String json) {
    Transformed transformed = apply(transform, json);
    assertThat(transformed).isInstanceOf(Transformed.Rejected.class);
    return ((Transformed.Rejected) transformed).reason();
  }

  @Test
  void a_model_is_overridden_and_the_type_stays() {
    RequestTransform transform = transform("model-override", "model", "org/llama-3");

    RequestBody body =
        (RequestBody)
            apply(
                transform,
                new RequestBody(
                    Bytes.utf8("{\"model\": \"a\", \"n\": 1e400}"), "application/vnd.x"));

    assertThat(body.content().toUtf8()).isEqualTo("{\"model\": \"org/llama-3\", \"n\": 1e400}");
    assertThat(body.contentType()).isEqualTo("application/vnd.x");
  }

  @Test
  void a_signed_url_becomes_a_form_with_what_is_to_be_copied() {
    RequestTransform transform =
        transform("signed-url-multipart", "copy", "model, temperature, words,none,gone,prompt");

    RequestBody body =
        (RequestBody)
            apply(
                transform,
                "{\"model\":\"whisper\",\"gcs_uri\":\"%s\",\"temperature\":0.20,\"words\":[ \"a\" ],"
                        .formatted(URL.replace("/", "\\/"))
                    + "\"none\":null,\"dropped\":1,\"prompt\":\"\\u00fc\\n\"}");

    String boundary = body.contentType().replaceFirst("multipart/form-data; boundary=", "");
    assertThat(body.content().toUtf8())
        .isEqualTo(
            part(boundary, "url", URL)
                + part(boundary, "model", "whisper")
                + part(boundary, "temperature", "0.20")
                + part(boundary, "words", "[ \"a\" ]")
                + part(boundary, "prompt", "ü\n")
                + "--"
                + boundary
                + "--\r\n");
  }

  private static String part(String boundary, String name, String value) {
    return "--%s\r\nContent-Disposition: form-data; name=\"%s\"\r\n\r\n%s\r\n"
        .formatted(boundary, name, value);
  }

  @Test
  void names_of_both_fields_can_be_chosen() {
    RequestTransform transform =
        transform("signed-url-multipart", "from", "audio", "field", "file_url");

    RequestBody body = (RequestBody) apply(transform, "{\"audio\":\"%s\"}".formatted(URL));

    assertThat(body.content().toUtf8()).contains("name=\"file_url\"\r\n\r\n" + URL + "\r\n");
    assertThat(rejection(transform, "{\"gcs_uri\":\"%s\"}".formatted(URL)))
        .isEqualTo("payload.audio: missing, or no text; must be a signed https URL");
  }

  @Test
  void a_url_is_refused_from_the_margin_before_its_end_on() {
    RequestTransform transform = transform("signed-url-multipart", "margin", "30s");
    String payload = "{\"gcs_uri\":\"%s\"}".formatted(URL);

    now = ISSUED.plusSeconds(900 - 30).minusMillis(1);
    assertThat(apply(transform, payload)).isInstanceOf(RequestBody.class);
    now = ISSUED.plusSeconds(900 - 30);
    assertThat(rejection(transform, payload))
        .isEqualTo(
            "payload.gcs_uri: the signed URL expires at 2026-11-24T10:15:00Z, too soon to be used: it"
                + " must be good for 30 s yet");
    now = ISSUED.plusSeconds(900).minusNanos(1);
    assertThat(rejection(transform, payload)).contains("too soon");
    now = ISSUED.plusSeconds(900);
    assertThat(rejection(transform, payload))
        .isEqualTo("payload.gcs_uri: the signed URL expired at 2026-11-24T10:15:00Z");
    now = ISSUED.plus(Duration.ofDays(1_000));
    assertThat(rejection(transform, payload)).contains("expired");
  }

  @Test
  void without_a_margin_a_url_is_good_until_it_ends() {
    RequestTransform transform = transform("signed-url-multipart", "margin", "0s");
    String payload = "{\"gcs_uri\":\"%s\"}".formatted(URL);

    now = ISSUED.plusSeconds(900).minusNanos(1);
    assertThat(apply(transform, payload)).isInstanceOf(RequestBody.class);
    now = ISSUED.plusSeconds(900);
    assertThat(rejection(transform, payload)).contains("expired");
  }

  @Test
  void what_is_no_signed_url_is_told_by_the_field() {
    RequestTransform transform = transform("signed-url-multipart");

    assertThat(rejection(transform, "{\"gcs_uri\":\"gs://b/a.mp3\"}"))
        .isEqualTo("payload.gcs_uri: a gs:// address is not signed; must be a signed https URL");
    for (String value : new String[] {"null", "1", "[]", "{}", "true"}) {
      assertThat(rejection(transform, "{\"gcs_uri\":%s}".formatted(value)))
          .isEqualTo("payload.gcs_uri: missing, or no text; must be a signed https URL");
    }
  }

  @Test
  void a_chain_in_the_wrong_order_is_the_chains_fault_and_not_the_messages() {
    RequestBody form = new RequestBody(Bytes.utf8("--b\r\n"), "multipart/form-data; boundary=b");

    for (RequestTransform transform :
        new RequestTransform[] {
          transform("model-override", "model", "m"), transform("signed-url-multipart")
        }) {
      assertThatThrownBy(() -> apply(transform, form))
          .isInstanceOf(IllegalStateException.class)
          .hasMessage(
              "%s needs a JSON object, and the body is multipart/form-data; boundary=b; put it"
                      .formatted(transform.name())
                  + " before what makes something else of it");
    }
  }

  @Test
  void settings_that_make_no_sense_are_refused() {
    assertThatThrownBy(() -> transform("model-override"))
        .isInstanceOf(InvalidSettingsException.class)
        .hasMessageContaining("transform.model-override.model is missing");
    assertThatThrownBy(() -> transform("model-override", "model", " "))
        .isInstanceOf(InvalidSettingsException.class);
    for (String copy : new String[] {"gcs_uri", "model,url", "model,model", "a\"b", "a b"}) {
      assertThatThrownBy(() -> transform("signed-url-multipart", "copy", copy))
          .as(copy)
          .isInstanceOf(InvalidSettingsException.class)
          .hasMessageContaining("transform.signed-url-multipart.copy");
    }
    assertThatThrownBy(() -> transform("signed-url-multipart", "hosts", " , "))
        .isInstanceOf(InvalidSettingsException.class);
    assertThatThrownBy(() -> transform("signed-url-multipart", "field", "a\r\nb"))
        .isInstanceOf(InvalidSettingsException.class);
  }
}
