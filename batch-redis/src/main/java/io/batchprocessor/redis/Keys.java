package io.batchprocessor.redis;

import java.nio.charset.StandardCharsets;

/** Names of keys, as bytes. */
final class Keys {

  private Keys() {}

  /** A key, or any other text, as Redis takes it. */
  static byte[] utf8(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  static byte[] number(long value) {
    return Long.toString(value).getBytes(StandardCharsets.US_ASCII);
  }

  /**
   * A key that lies beside {@code name} in a Redis Cluster: a name that has a hash tag keeps it,
   * any other becomes the tag.
   */
  static String beside(String name, String suffix) {
    int open = name.indexOf('{');
    boolean tagged = open >= 0 && name.indexOf('}', open) > open + 1;
    return (tagged ? name : "{" + name + "}") + suffix;
  }
}
