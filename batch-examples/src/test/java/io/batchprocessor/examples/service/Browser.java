package io.batchprocessor.examples.service;

import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.WebSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;

/**
 * A real Chromium with one page, driven through its devtools protocol over a web socket. A library
 * that does it brings a runtime and a browser of its own, a hundred times the size of all else that
 * the tests need; what they need of it is below.
 */
final class Browser implements AutoCloseable {

  private static final JsonMapper JSON = new JsonMapper();
  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final List<String> NAMES =
      List.of("chromium", "chromium-browser", "google-chrome", "google-chrome-stable");

  private final Process process;
  private final Path profile;
  private final WebSocket socket;
  private final AtomicInteger calls = new AtomicInteger();
  private final Map<Integer, CompletableFuture<JsonNode>> answers = new ConcurrentHashMap<>();

  /** What the page's console complained of, and what it could not load. */
  private final List<String> complaints = java.util.Collections.synchronizedList(new ArrayList<>());

  private Browser(Process process, Path profile, URI page) {
    this.process = process;
    this.profile = profile;
    this.socket =
        HttpClient.newHttpClient()
            .newWebSocketBuilder()
            .buildAsync(page, new Listener())
            .orTimeout(PATIENCE.toSeconds(), TimeUnit.SECONDS)
            .join();
    call("Page.enable");
    call("Runtime.enable");
    call("Log.enable");
  }

  /** Where there is one: the path of CHROMIUM, or the first on the PATH. */
  static Optional<Path> find() {
    String named = System.getenv("CHROMIUM");
    if (named != null) {
      return Optional.of(Path.of(named)).filter(Files::isExecutable);
    }
    return Stream.of(System.getenv("PATH").split(":"))
        .flatMap(directory -> NAMES.stream().map(name -> Path.of(directory, name)))
        .filter(Files::isExecutable)
        .findFirst();
  }

  /** Starts one with an empty profile. */
  static Browser launch(Path executable) {
    try {
      Path profile = Files.createTempDirectory("chromium");
      Process process =
          new ProcessBuilder(
                  executable.toString(),
                  "--headless",
                  "--no-sandbox",
                  "--disable-gpu",
                  "--disable-dev-shm-usage",
                  "--disable-quic",
                  "--no-first-run",
                  "--disable-background-networking",
                  "--disable-component-update",
                  "--disable-sync",
                  "--remote-debugging-port=0",
                  "--user-data-dir=" + profile,
                  "about:blank")
              .redirectErrorStream(true)
              .redirectOutput(profile.resolve("output").toFile())
              .start();
      return new Browser(process, profile, page(profile));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static URI page(Path profile) {
    Path port = profile.resolve("DevToolsActivePort");
    await().atMost(PATIENCE).until(() -> Files.exists(port) && Files.size(port) > 0);
    HttpClient http = HttpClient.newHttpClient();
    return await()
        .atMost(PATIENCE)
        .ignoreExceptions()
        .until(
            () -> {
              URI list =
                  URI.create("http://127.0.0.1:" + Files.readAllLines(port).get(0) + "/json/list");
              String targets =
                  http.send(
                          HttpRequest.newBuilder(list).build(),
                          HttpResponse.BodyHandlers.ofString())
                      .body();
              for (JsonNode target : JSON.readTree(targets)) {
                if (target.path("type").asText().equals("page")) {
                  return URI.create(target.path("webSocketDebuggerUrl").asText());
                }
              }
              return null;
            },
            java.util.Objects::nonNull);
  }

  /** The answer to one command; an error of the protocol is thrown. */
  JsonNode call(String method, Object... parameters) {
    ObjectNode command = JSON.createObjectNode();
    int id = calls.incrementAndGet();
    command.put("id", id).put("method", method);
    ObjectNode values = command.putObject("params");
    for (int i = 0; i < parameters.length; i += 2) {
      values.set((String) parameters[i], JSON.valueToTree(parameters[i + 1]));
    }
    CompletableFuture<JsonNode> answer = new CompletableFuture<>();
    answers.put(id, answer);
    synchronized (socket) {
      socket.sendText(command.toString(), true).join();
    }
    return answer.orTimeout(PATIENCE.toSeconds(), TimeUnit.SECONDS).join();
  }

  /** What an expression gives, awaited if it is a promise. */
  JsonNode evaluate(String expression) {
    JsonNode answer =
        call(
            "Runtime.evaluate",
            "expression",
            expression,
            "awaitPromise",
            true,
            "returnByValue",
            true,
            "userGesture",
            true);
    if (answer.has("exceptionDetails")) {
      throw new AssertionError("%s: %s".formatted(expression, answer.path("exceptionDetails")));
    }
    return answer.path("result").path("value");
  }

  /** What an element shows. */
  String text(String id) {
    return evaluate("document.getElementById('%s').textContent".formatted(id)).asText();
  }

  /** Opens a page; an earlier one is left, with what it kept for its tab. */
  void open(String url) {
    call("Page.navigate", "url", url);
    awaitTrue("document.readyState === 'complete' && location.href === '" + url + "'");
  }

  /** Waits until an expression is true. */
  void awaitTrue(String expression) {
    await()
        .atMost(PATIENCE)
        .ignoreExceptions()
        .until(() -> evaluate("Boolean(" + expression + ")").asBoolean());
  }

  /** Clicks in the middle of an element, as a mouse does. */
  void click(String selector) {
    JsonNode at =
        evaluate(
            """
            (() => {
              const element = document.querySelector(%s);
              element.scrollIntoView({block: 'center', behavior: 'instant'});
              const box = element.getBoundingClientRect();
              return {x: box.x + box.width / 2, y: box.y + box.height / 2};
            })()"""
                .formatted(JSON.valueToTree(selector)));
    for (String type : List.of("mousePressed", "mouseReleased")) {
      call(
          "Input.dispatchMouseEvent",
          "type",
          type,
          "x",
          at.path("x").asDouble(),
          "y",
          at.path("y").asDouble(),
          "button",
          "left",
          "clickCount",
          1);
    }
  }

  /** Types into whatever has the focus. */
  void type(String text) {
    call("Input.insertText", "text", text);
  }

  /** Presses a key, such as {@code ArrowLeft} or {@code Enter}. */
  void press(String key, int code) {
    for (String type : List.of("rawKeyDown", "keyUp")) {
      call(
          "Input.dispatchKeyEvent",
          "type",
          type,
          "key",
          key,
          "code",
          key,
          "windowsVirtualKeyCode",
          code);
    }
  }

  /** A screen of that size. */
  void screen(int width, int height, boolean phone) {
    call(
        "Emulation.setDeviceMetricsOverride",
        "width",
        width,
        "height",
        height,
        "deviceScaleFactor",
        1,
        "mobile",
        phone);
  }

  /** What the system is said to prefer: {@code light} or {@code dark}. */
  void colours(String scheme) {
    call(
        "Emulation.setEmulatedMedia",
        "features",
        List.of(Map.of("name", "prefers-color-scheme", "value", scheme)));
  }

  /** The whole page as a PNG. */
  byte[] screenshot() {
    return Base64.getDecoder()
        .decode(
            call("Page.captureScreenshot", "format", "png", "captureBeyondViewport", true)
                .path("data")
                .asText());
  }

  List<String> complaints() {
    return List.copyOf(complaints);
  }

  @Override
  public void close() {
    socket.abort();
    process.destroy();
    try {
      if (!process.waitFor(10, TimeUnit.SECONDS)) {
        process.destroyForcibly().waitFor();
      }
      delete();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** Its children may still write while they end; what they leave lies in a temporary directory. */
  private void delete() {
    try (Stream<Path> files = Files.walk(profile)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.deleteIfExists(file);
      }
    } catch (IOException | UncheckedIOException e) {
      profile.toFile().deleteOnExit();
    }
  }

  /** Puts messages together, and hands answers to who asked. */
  private final class Listener implements WebSocket.Listener {
    private final StringBuilder message = new StringBuilder();

    @Override
    public CompletionStage<?> onText(WebSocket webSocket, CharSequence data, boolean last) {
      message.append(data);
      if (last) {
        String whole = message.toString();
        message.setLength(0);
        accept(whole);
      }
      webSocket.request(1);
      return null;
    }

    private void accept(String whole) {
      try {
        JsonNode json = JSON.readTree(whole);
        String method = json.path("method").asText();
        CompletableFuture<JsonNode> answer = answers.remove(json.path("id").asInt());
        if (answer != null && json.has("error")) {
          answer.completeExceptionally(new AssertionError(json.path("error").toString()));
        } else if (answer != null) {
          answer.complete(json.path("result"));
        } else if (method.equals("Log.entryAdded") || method.equals("Runtime.exceptionThrown")) {
          complaints.add(json.path("params").toString());
        }
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }
}
