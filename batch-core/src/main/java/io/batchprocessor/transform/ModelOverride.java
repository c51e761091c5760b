package io.batchprocessor.transform;

import io.batchprocessor.message.InvalidMessageException;
import io.batchprocessor.message.JsonField;
import io.batchprocessor.spi.RequestBody;
import io.batchprocessor.spi.RequestTransform;
import io.batchprocessor.spi.RequestView;
import io.batchprocessor.spi.Transformed;
import java.net.URI;

/**
 * Names the model, whatever the message asks for: the {@code model} directly inside the JSON object
 * is replaced, or added. Every other byte stays as it is.
 */
final class ModelOverride implements RequestTransform {

  static final String ID = "model-override";

  private static final String FIELD = "model";

  private final String model;

  ModelOverride(String model) {
    this.model = model;
  }

  @Override
  public String name() {
    return ID;
  }

  /**
   * With the model.
   *
   * @throws IllegalStateException if the body is no JSON any more: the chain is at fault then, and
   *     not the message
   */
  @Override
  public Transformed transform(RequestView request, URI uri, RequestBody body) {
    try {
      return body.withContent(JsonField.withText(body.content(), FIELD, model));
    } catch (InvalidMessageException e) {
      throw new IllegalStateException(
          "%s needs a JSON object, and the body is %s; put it before what makes something else of it"
              .formatted(ID, body.contentType()),
          e);
    }
  }
}
