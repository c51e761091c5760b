package io.batchprocessor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.File;
import java.net.MalformedURLException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Without Micrometer and OpenTelemetry nothing is missing but metrics and traces. */
class WithoutOptionalLibrariesTest {

  @Test
  void a_processor_works_all_the_same() throws Exception {
    try (URLClassLoader loader = without("micrometer", "opentelemetry", "HdrHistogram")) {
      assertThatThrownBy(() -> loader.loadClass("io.micrometer.core.instrument.MeterRegistry"))
          .isInstanceOf(ClassNotFoundException.class);
      assertThatThrownBy(() -> loader.loadClass("io.opentelemetry.api.OpenTelemetry"))
          .isInstanceOf(ClassNotFoundException.class);
      Class<?> run = loader.loadClass("io.batchprocessor.WithoutOptionalLibrariesTest$Run");
      assertThat(run.getClassLoader()).isSameAs(loader);

      Object answer = run.getMethod("call").invoke(run.getConstructor().newInstance());

      assertThat(answer).isEqualTo("{\"answer\":42}");
    }
  }

  @ParameterizedTest
  @CsvSource({
    "micrometer, io.micrometer:micrometer-core",
    "opentelemetry, io.opentelemetry:opentelemetry-api"
  })
  void who_asks_for_them_by_name_is_told_what_to_add(String listener, String artifact)
      throws Exception {
    try (URLClassLoader loader = without("micrometer", "opentelemetry", "HdrHistogram")) {
      Class<?> run = loader.loadClass("io.batchprocessor.WithoutOptionalLibrariesTest$Run");

      Object refusal =
          run.getMethod("refusal", String.class)
              .invoke(run.getConstructor().newInstance(), listener);

      assertThat(refusal)
          .isEqualTo("listener '%s' needs %s on the class path".formatted(listener, artifact));
    }
  }

  private static URLClassLoader without(String... parts) {
    URL[] urls =
        Stream.of(System.getProperty("java.class.path").split(File.pathSeparator))
            .filter(
                element ->
                    Stream.of(parts)
                        .noneMatch(
                            part -> Path.of(element).getFileName().toString().contains(part)))
            .map(WithoutOptionalLibrariesTest::url)
            .toArray(URL[]::new);
    return new URLClassLoader(urls, ClassLoader.getPlatformClassLoader());
  }

  private static URL url(String element) {
    try {
      return Path.of(element).toUri().toURL();
    } catch (MalformedURLException e) {
      throw new IllegalArgumentException(element, e);
    }
  }

  /** One request through a processor, with everything that the class path offers looked up. */
  public static final class Run extends EngineBench {

    /** Why there is no processor with a listener of this name. */
    public String refusal(String listener) throws Exception {
      ClassLoader before = Thread.currentThread().getContextClassLoader();
      Thread.currentThread().setContextClassLoader(Run.class.getClassLoader());
      try {
        start(with -> with.setting("listeners", listener));
        return "none";
      } catch (IllegalStateException e) {
        return String.valueOf(e.getMessage());
      } finally {
        closeEverything();
        Thread.currentThread().setContextClassLoader(before);
      }
    }

    /** The answer that its result carries. */
    public String call() throws Exception {
      ClassLoader before = Thread.currentThread().getContextClassLoader();
      Thread.currentThread().setContextClassLoader(Run.class.getClassLoader());
      try {
        gateway.answering(request -> FakeGateway.answer(200, "{\"answer\":42}"));
        assertThat(BatchProcessor.providerSettings()).isNotEmpty();
        start(EngineBench::asItIs);
        return resultOf(queues.submit(Samples.request("r"))).payload().orElseThrow().toUtf8();
      } finally {
        closeEverything();
        Thread.currentThread().setContextClassLoader(before);
      }
    }
  }
}
