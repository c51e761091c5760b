package io.batchprocessor.transform;

import io.batchprocessor.spi.RequestTransform;
import io.batchprocessor.spi.RequestTransformProvider;
import io.batchprocessor.testkit.ProviderContract;
import io.batchprocessor.testkit.RequestTransformContract;
import java.time.Duration;
import java.time.Instant;
import java.util.List;

class SignedUrlMultipartKitTest implements RequestTransformContract, ProviderContract {

  private static final String URL =
      "https://storage.googleapis.com/b/a.mp3?X-Goog-Date=20261124T100000Z&X-Goog-Expires=900"
          + "&X-Goog-Signature=c0ffee";

  @Override
  public RequestTransform transform() {
    return new SignedUrlMultipart(
        new SignedUrlMultipart.Options(
            "gcs_uri",
            "url",
            List.of("model"),
            List.of("storage.googleapis.com"),
            Duration.ofMinutes(1)),
        () -> Instant.parse("2026-11-24T10:00:00Z"));
  }

  @Override
  public String payload() {
    return payload(URL);
  }

  @Override
  public List<String> rejected() {
    return List.of(
        payload("gs://bucket/a-secret-name"),
        payload(URL.replace("900", "1")),
        payload(URL.replace("900", "hush")),
        payload(URL.replace("storage.googleapis.com", "other.test")),
        payload(URL + "%zz"),
        payload("https://storage.googleapis.com/b/a.mp3?hush"));
  }

  private static String payload(String url) {
    return "{\"model\":\"whisper-large\",\"gcs_uri\":\"%s\"}".formatted(url);
  }

  @Override
  public RequestTransformProvider provider() {
    return ProviderContract.find(RequestTransformProvider.class, "signed-url-multipart");
  }
}
