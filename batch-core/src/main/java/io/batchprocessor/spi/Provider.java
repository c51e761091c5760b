package io.batchprocessor.spi;

import java.util.List;

/**
 * Something that configuration can name, found through {@link java.util.ServiceLoader}.
 *
 * <ol>
 *   <li value="111">{@code id} is constant, lower case, words joined by hyphens, and unique among
 *       the providers of its type on the class path.
 *   <li value="112">{@code settings} lists every setting that the provider reads; any other key
 *       under the same prefix is refused before the provider is used.
 *   <li value="113">Loading the provider and asking for id and settings does nothing else: no
 *       thread, no connection.
 * </ol>
 */
public interface Provider {

  /** The name in a configuration, such as {@code redis-streams}. */
  String id();

  /** The settings it knows; default none. */
  default List<Setting<?>> settings() {
    return List.of();
  }
}
