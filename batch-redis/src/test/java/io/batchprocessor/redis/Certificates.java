package io.batchprocessor.redis;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.util.Base64;

/** A self-signed certificate for localhost, made by the JDK's keytool. */
record Certificates(Path certificate, Path key, Path truststore) {

  static Certificates create(Path directory) throws Exception {
    char[] password = "changeit".toCharArray();
    Path store = directory.resolve("server.p12");
    int exit =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "keytool").toString(),
                "-genkeypair",
                "-alias",
                "redis",
                "-keyalg",
                "RSA",
                "-validity",
                "2",
                "-dname",
                "CN=localhost",
                "-ext",
                "SAN=dns:localhost,ip:127.0.0.1",
                "-storetype",
                "PKCS12",
                "-keystore",
                store.toString(),
                "-storepass",
                "changeit")
            .inheritIO()
            .start()
            .waitFor();
    if (exit != 0) {
      throw new IllegalStateException("keytool ended with " + exit);
    }
    KeyStore keys = KeyStore.getInstance("PKCS12");
    try (InputStream in = Files.newInputStream(store)) {
      keys.load(in, password);
    }
    Path certificate = directory.resolve("cert.pem");
    Files.writeString(certificate, pem("CERTIFICATE", keys.getCertificate("redis").getEncoded()));
    Path key = directory.resolve("key.pem");
    Files.writeString(key, pem("PRIVATE KEY", keys.getKey("redis", password).getEncoded()));
    KeyStore trusted = KeyStore.getInstance("PKCS12");
    trusted.load(null, null);
    trusted.setCertificateEntry("redis", keys.getCertificate("redis"));
    Path truststore = directory.resolve("truststore.p12");
    try (var out = Files.newOutputStream(truststore)) {
      trusted.store(out, password);
    }
    return new Certificates(certificate, key, truststore);
  }

  private static String pem(String what, byte[] der) {
    return "-----BEGIN %s-----\n%s\n-----END %s-----\n"
        .formatted(
            what, Base64.getMimeEncoder(64, "\n".getBytes(US_ASCII)).encodeToString(der), what);
  }
}
