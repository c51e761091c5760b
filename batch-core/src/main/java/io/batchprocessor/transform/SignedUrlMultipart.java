package io.batchprocessor.transform;

import io.batchprocessor.message.Bytes;
import io.batchprocessor.message.JsonField;
import io.batchprocessor.spi.RequestBody;
import io.batchprocessor.spi.RequestTransform;
import io.batchprocessor.spi.RequestView;
import io.batchprocessor.spi.Transformed;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Makes a form with a signed URL out of a JSON object that has it in a field, for gateways that
 * fetch a file themselves. A URL that has expired, or is about to, ends the request: no attempt
 * could succeed. Nothing is fetched from here.
 */
final class SignedUrlMultipart implements RequestTransform {

  static final String ID = "signed-url-multipart";

  private static final Bytes NULL = Bytes.utf8("null");

  private final Options options;
  private final InstantSource clock;

  /**
   * What there is to choose.
   *
   * @param from the field of the JSON object that has the URL
   * @param field the field of the form that gets it
   * @param copy fields that the form has too, as far as the object has them
   * @param hosts where URLs may lead, in lower case
   * @param margin how long a URL must be good for yet; not negative
   */
  record Options(
      String from, String field, List<String> copy, List<String> hosts, Duration margin) {

    /** Copies the lists. */
    Options {
      copy = List.copyOf(copy);
      hosts = List.copyOf(hosts);
    }
  }

  SignedUrlMultipart(Options options, InstantSource clock) {
    this.options = options;
    this.clock = clock;
  }

  @Override
  public String name() {
    return ID;
  }

  /**
   * The form.
   *
   * @throws IllegalStateException if the body is no JSON any more: the chain is at fault then, and
   *     not the message
   */
  @Override
  public Transformed transform(RequestView request, URI uri, RequestBody body) {
    if (!JsonField.isObject(body.content())) {
      throw new IllegalStateException(
          "%s needs a JSON object, and the body is %s; put it before what makes something else of it"
              .formatted(ID, body.contentType()));
    }
    try {
      SignedUrl url = url(body.content());
      checkTime(url);
      Map<String, Bytes> fields = new LinkedHashMap<>();
      fields.put(options.field(), Bytes.utf8(url.text()));
      options.copy().forEach(name -> copy(body.content(), name, fields));
      return new MultipartForm(fields).body();
    } catch (SignedUrl.Fault e) {
      return new Transformed.Rejected("payload.%s: %s".formatted(options.from(), e.getMessage()));
    }
  }

  private SignedUrl url(Bytes object) throws SignedUrl.Fault {
    Optional<String> text = JsonField.text(object, options.from());
    if (text.isEmpty()) {
      throw new SignedUrl.Fault("missing, or no text; must be a signed https URL");
    }
    return SignedUrl.parse(text.get(), options.hosts());
  }

  private void checkTime(SignedUrl url) throws SignedUrl.Fault {
    Instant now = clock.instant();
    if (!now.isBefore(url.expiry())) {
      throw new SignedUrl.Fault("the signed URL expired at " + url.expiry());
    }
    if (!now.plus(options.margin()).isBefore(url.expiry())) {
      throw new SignedUrl.Fault(
          "the signed URL expires at %s, too soon to be used: it must be good for %d s yet"
              .formatted(url.expiry(), options.margin().toSeconds()));
    }
  }

  /** Text without its quotes and escapes, anything else as JSON has it. */
  private static void copy(Bytes object, String name, Map<String, Bytes> fields) {
    JsonField.text(object, name)
        .map(Bytes::utf8)
        .or(() -> JsonField.json(object, name).filter(value -> !value.equals(NULL)))
        .ifPresent(value -> fields.put(name, value));
  }
}
