package io.batchprocessor.examples.embedding;

import io.batchprocessor.message.Bytes;
import io.batchprocessor.spi.InferenceClient;
import io.batchprocessor.spi.InferenceClientContext;
import io.batchprocessor.spi.InferenceClientProvider;
import io.batchprocessor.spi.InferenceRequest;
import io.batchprocessor.spi.InferenceResponse;
import io.batchprocessor.spi.Setting;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.ServiceLoader;
import java.util.concurrent.CompletableFuture;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * Signs each request for a gateway that asks for it: HMAC-SHA256 (RFC 2104) of the body, in hex.
 * Whatever else an HTTP client has to do is left to the one that it wraps.
 */
public final class SigningClient implements InferenceClient {

  static final String HEADER = "x-signature";

  private static final String ALGORITHM = "HmacSHA256";

  private final InferenceClient client;
  private final SecretKeySpec key;

  /** Signs what {@code client} sends, and closes it. */
  public SigningClient(InferenceClient client, String key) {
    this.client = client;
    this.key = new SecretKeySpec(key.getBytes(StandardCharsets.UTF_8), ALGORITHM);
  }

  // snippet:client
  @Override
  public CompletableFuture<InferenceResponse> send(InferenceRequest request) {
    Map<String, String> headers = new HashMap<>(request.headers());
    headers.put(HEADER, signature(request.body()));
    return client.send(
        new InferenceRequest(request.uri(), headers, request.body(), request.timeout()));
  }

  // end:client

  private String signature(Bytes body) {
    try {
      Mac mac = Mac.getInstance(ALGORITHM);
      mac.init(key);
      mac.update(body.asByteBuffer());
      return HexFormat.of().formatHex(mac.doFinal());
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every JVM has " + ALGORITHM, e);
    }
  }

  @Override
  public void close() {
    client.close();
  }

  /** {@code http-client=signing}: the fastest of the other clients, signing. */
  public static final class Provider implements InferenceClientProvider {

    private static final String ID = "signing";
    private static final Setting<String> KEY =
        Setting.secret("signing.key", "key of the HMAC-SHA256 that goes into x-signature");

    @Override
    public String id() {
      return ID;
    }

    @Override
    public List<Setting<?>> settings() {
      return List.of(KEY);
    }

    /** Below the others: it goes only where it is named. */
    @Override
    public int preference() {
      return -1;
    }

    @Override
    public InferenceClient create(InferenceClientContext context) {
      return new SigningClient(fastest().create(context), context.settings().get(KEY));
    }

    private static InferenceClientProvider fastest() {
      return ServiceLoader.load(InferenceClientProvider.class).stream()
          .map(ServiceLoader.Provider::get)
          .filter(provider -> !provider.id().equals(ID) && provider.available())
          .max(Comparator.comparingInt(InferenceClientProvider::preference))
          .orElseThrow();
    }
  }
}
