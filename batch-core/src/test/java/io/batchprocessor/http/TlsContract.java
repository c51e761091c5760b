package io.batchprocessor.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.awaitility.Awaitility.await;

import io.batchprocessor.message.Bytes;
import io.batchprocessor.spi.InferenceClient;
import io.batchprocessor.spi.InferenceClientContext;
import io.batchprocessor.spi.InferenceClientProvider;
import io.batchprocessor.spi.InferenceRequest;
import io.batchprocessor.spi.InferenceResponse;
import io.batchprocessor.spi.Settings;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLException;
import javax.net.ssl.TrustManagerFactory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** TLS, with a certificate for {@code localhost} that nobody has signed but itself. */
@Timeout(60)
abstract class TlsContract {

  private static final char[] PASSWORD = "changeit".toCharArray();
  private static final String OK = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}";

  @TempDir static Path directory;
  private static KeyStore keys;

  private SSLContext usual;
  private RawGateway gateway;

  abstract InferenceClientProvider provider();

  @BeforeAll
  static void makeCertificate() throws Exception {
    Path store = directory.resolve("keys-" + System.nanoTime() + ".p12");
    Process keytool =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "keytool").toString(),
                "-genkeypair",
                "-alias",
                "gateway",
                "-keyalg",
                "EC",
                "-dname",
                "CN=gateway",
                "-ext",
                "SAN=dns:localhost",
                "-validity",
                "2",
                "-storetype",
                "PKCS12",
                "-keystore",
                store.toString(),
                "-storepass",
                new String(PASSWORD))
            .inheritIO()
            .start();
    assertThat(keytool.waitFor()).isZero();
    keys = KeyStore.getInstance("PKCS12");
    try (InputStream in = Files.newInputStream(store)) {
      keys.load(in, PASSWORD);
    }
  }

  @BeforeEach
  void start() throws Exception {
    usual = SSLContext.getDefault();
    gateway =
        new RawGateway(
            serverContext()
                .getServerSocketFactory()
                .createServerSocket(0, 50, InetAddress.getLoopbackAddress()),
            "https",
            conversation -> {
              CountDownLatch never = new CountDownLatch(1);
              while (conversation.readRequest() != null) {
                // Longer than the connect timeout below, which bounds the handshake only.
                assertThat(never.await(2500, TimeUnit.MILLISECONDS)).isFalse();
                conversation.send(OK);
              }
            });
  }

  @AfterEach
  void stop() throws IOException {
    SSLContext.setDefault(usual);
    gateway.close();
  }

  private static SSLContext serverContext() throws GeneralSecurityException {
    KeyManagerFactory own = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
    own.init(keys, PASSWORD);
    SSLContext context = SSLContext.getInstance("TLS");
    context.init(own.getKeyManagers(), null, null);
    return context;
  }

  private static SSLContext trusting() throws GeneralSecurityException, IOException {
    KeyStore trusted = KeyStore.getInstance("PKCS12");
    trusted.load(null, null);
    trusted.setCertificateEntry("gateway", keys.getCertificate("gateway"));
    TrustManagerFactory trust =
        TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
    trust.init(trusted);
    SSLContext context = SSLContext.getInstance("TLS");
    context.init(null, trust.getTrustManagers(), null);
    return context;
  }

  private InferenceResponse send(URI uri) throws Throwable {
    try (InferenceClient client =
        provider()
            .create(
                new InferenceClientContext(
                    2,
                    1000,
                    Duration.ofSeconds(2),
                    Executors.defaultThreadFactory(),
                    Settings.none()))) {
      InferenceRequest request =
          new InferenceRequest(uri, Map.of(), Bytes.utf8("{}"), Duration.ofMinutes(1));
      try {
        client.send(request).get(20, TimeUnit.SECONDS);
      } catch (ExecutionException e) {
        // The connection must not outlive the failure.
        await().until(() -> gateway.open() == 0);
        throw e.getCause();
      }
      return client.send(request).get(20, TimeUnit.SECONDS);
    }
  }

  @Test
  void a_certificate_that_is_not_trusted_is_refused() {
    assertThat(catchThrowable(() -> send(gateway.uri("localhost", "/"))))
        .isInstanceOf(IOException.class)
        .hasMessageStartingWith("TLS with localhost:%d failed: ", gateway.port())
        .hasCauseInstanceOf(SSLException.class);
    assertThat(gateway.requests).isEmpty();
  }

  @Test
  void a_certificate_for_another_host_is_refused() throws Exception {
    SSLContext.setDefault(trusting());

    assertThat(catchThrowable(() -> send(gateway.uri("127.0.0.1", "/"))))
        .isInstanceOf(IOException.class)
        .hasMessageStartingWith("TLS with 127.0.0.1:%d failed: ", gateway.port())
        .hasCauseInstanceOf(SSLException.class);
    assertThat(gateway.requests).isEmpty();
  }

  @Test
  void a_trusted_gateway_is_asked_over_one_connection() throws Throwable {
    SSLContext.setDefault(trusting());

    assertThat(send(gateway.uri("localhost", "/v1")).body().toUtf8()).isEqualTo("{}");

    assertThat(gateway.requests).hasSize(2).allMatch(one -> one.line().equals("POST /v1 HTTP/1.1"));
    assertThat(gateway.accepted()).isEqualTo(1);
  }
}
