package io.batchprocessor.examples.cli;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Properties;

/** The version that this program was built as. */
final class Version {

  private Version() {}

  static String text() {
    Properties properties = new Properties();
    try (InputStream in = Version.class.getResourceAsStream("version.properties")) {
      if (in == null) {
        throw new IllegalStateException("version.properties is missing from the build");
      }
      properties.load(in);
    } catch (IOException e) {
      throw new UncheckedIOException("version.properties can't be read", e);
    }
    return "batch-processor %s (Java %s)"
        .formatted(properties.getProperty("version"), System.getProperty("java.version"));
  }
}
