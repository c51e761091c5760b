package io.batchprocessor.transform;

import io.batchprocessor.spi.InvalidSettingsException;
import io.batchprocessor.spi.RequestTransform;
import io.batchprocessor.spi.RequestTransformContext;
import io.batchprocessor.spi.RequestTransformProvider;
import io.batchprocessor.spi.Setting;
import io.batchprocessor.spi.Settings;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/**
 * What gives the transforms their names in a configuration. Public is what {@code ServiceLoader}
 * must reach; nobody else needs these types.
 */
final class RequestTransformProviders {

  private RequestTransformProviders() {}

  /** {@link ModelOverride}. */
  public static final class ModelOverrideProvider implements RequestTransformProvider {

    private static final Setting<String> MODEL =
        Setting.string(
                "transform.model-override.model",
                "the model that every request asks for, whatever its payload says")
            .where("not blank", model -> !model.isBlank());

    @Override
    public String id() {
      return ModelOverride.ID;
    }

    @Override
    public List<Setting<?>> settings() {
      return List.of(MODEL);
    }

    @Override
    public void check(Settings settings) {
      settings.get(MODEL);
    }

    @Override
    public RequestTransform create(RequestTransformContext context) {
      return new ModelOverride(context.settings().get(MODEL));
    }
  }

  /** {@link SignedUrlMultipart}. */
  public static final class SignedUrlMultipartProvider implements RequestTransformProvider {

    private static final String NAMES = "visible ASCII without quotes and backslashes";

    private static final Setting<String> FROM =
        Setting.string(
                "transform.signed-url-multipart.from",
                "the payload's field that has the signed URL")
            .where(NAMES, SignedUrlMultipartProvider::isName)
            .withDefault("gcs_uri");
    private static final Setting<String> FIELD =
        Setting.string("transform.signed-url-multipart.field", "the form's field that gets it")
            .where(NAMES, SignedUrlMultipartProvider::isName)
            .withDefault("url");
    private static final Setting<List<String>> COPY =
        Setting.list(
                "transform.signed-url-multipart.copy",
                "fields of the payload that the form has too, such as model; default: none")
            .where(NAMES, names -> names.stream().allMatch(SignedUrlMultipartProvider::isName));
    private static final Setting<List<String>> HOSTS =
        Setting.list(
                "transform.signed-url-multipart.hosts",
                "hosts that URLs may lead to, those below them included")
            .where("not empty", hosts -> !hosts.isEmpty())
            .withDefault("storage.googleapis.com");
    private static final Setting<Duration> MARGIN =
        Setting.duration(
                "transform.signed-url-multipart.margin",
                "how long a URL must be good for when it is sent")
            .where("up to 7d", margin -> margin.compareTo(Duration.ofDays(7)) <= 0)
            .withDefault("60s");

    @Override
    public String id() {
      return SignedUrlMultipart.ID;
    }

    @Override
    public List<Setting<?>> settings() {
      return List.of(FROM, FIELD, COPY, HOSTS, MARGIN);
    }

    @Override
    public void check(Settings settings) {
      Set<String> taken = new HashSet<>(List.of(settings.get(FROM), settings.get(FIELD)));
      for (String name : settings.find(COPY).orElse(List.of())) {
        if (!taken.add(name)) {
          throw new InvalidSettingsException(
              "%s has %s, which the form has already, or must not have"
                  .formatted(COPY.key(), name));
        }
      }
    }

    @Override
    public RequestTransform create(RequestTransformContext context) {
      Settings settings = context.settings();
      return new SignedUrlMultipart(
          new SignedUrlMultipart.Options(
              settings.get(FROM),
              settings.get(FIELD),
              settings.find(COPY).orElse(List.of()),
              settings.get(HOSTS).stream().map(host -> host.toLowerCase(Locale.ROOT)).toList(),
              settings.get(MARGIN)),
          context.clock());
    }

    private static boolean isName(String text) {
      return text.matches("[!#-\\[\\]-~]+");
    }
  }
}
