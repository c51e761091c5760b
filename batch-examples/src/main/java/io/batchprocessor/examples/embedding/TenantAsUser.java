package io.batchprocessor.examples.embedding;

import io.batchprocessor.message.JsonField;
import io.batchprocessor.spi.RequestBody;
import io.batchprocessor.spi.RequestTransform;
import io.batchprocessor.spi.RequestTransformContext;
import io.batchprocessor.spi.RequestTransformProvider;
import io.batchprocessor.spi.RequestView;
import io.batchprocessor.spi.Setting;
import io.batchprocessor.spi.Transformed;
import java.net.URI;
import java.util.List;
import java.util.Objects;

/**
 * Tells the gateway for whom a request is: the {@code user} of the payload becomes what a metadata
 * attribute says, so that no producer can ask in another's name.
 */
public final class TenantAsUser implements RequestTransform {

  private final String attribute;

  /** A transform that reads one attribute of the metadata. */
  public TenantAsUser(String attribute) {
    this.attribute = Objects.requireNonNull(attribute, "attribute");
  }

  @Override
  public String name() {
    return "tenant-as-user";
  }

  // snippet:transform
  @Override
  public Transformed transform(RequestView request, URI uri, RequestBody body) {
    String tenant = request.message().metadata().get(attribute);
    return tenant == null
        ? new Transformed.Rejected("metadata.%s: missing".formatted(attribute))
        : body.withContent(JsonField.withText(body.content(), "user", tenant));
  }

  // end:transform

  /** {@code transforms=tenant-as-user}. */
  public static final class Provider implements RequestTransformProvider {

    private static final Setting<String> ATTRIBUTE =
        Setting.string(
                "transform.tenant-as-user.attribute", "the metadata attribute that has the tenant")
            .withDefault("tenant");

    @Override
    public String id() {
      return "tenant-as-user";
    }

    @Override
    public List<Setting<?>> settings() {
      return List.of(ATTRIBUTE);
    }

    @Override
    public RequestTransform create(RequestTransformContext context) {
      return new TenantAsUser(context.settings().get(ATTRIBUTE));
    }
  }
}
