package io.batchprocessor.examples.service;

import io.batchprocessor.message.Bytes;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The page and what it is made of, read once. */
final class StaticFiles {

  private final Map<String, Reply> byPath = new LinkedHashMap<>();

  StaticFiles() {
    add("/", "page.html", "text/html");
    add("/page.css", "page.css", "text/css");
    add("/page.js", "page.js", "text/javascript");
    add("/charts.js", "charts.js", "text/javascript");
    add("/icon.svg", "icon.svg", "image/svg+xml");
  }

  /** Null if there is no such file. */
  @Nullable Reply find(String path) {
    return byPath.get(path);
  }

  private void add(String path, String file, String type) {
    try (InputStream in = StaticFiles.class.getResourceAsStream(file)) {
      if (in == null) {
        throw new IllegalStateException("the jar lacks " + file);
      }
      byPath.put(path, new Reply(200, type + "; charset=utf-8", Bytes.wrap(in.readAllBytes())));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
