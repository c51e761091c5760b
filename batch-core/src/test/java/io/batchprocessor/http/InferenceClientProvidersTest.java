package io.batchprocessor.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.groups.Tuple.tuple;

import io.batchprocessor.spi.InferenceClientContext;
import io.batchprocessor.spi.InferenceClientProvider;
import io.batchprocessor.spi.Settings;
import java.io.File;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.net.MalformedURLException;
import java.net.URL;
import java.net.URLClassLoader;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.ServiceLoader;
import java.util.StringTokenizer;
import java.util.concurrent.Executors;
import java.util.concurrent.ThreadFactory;
import org.junit.jupiter.api.Test;

class InferenceClientProvidersTest {

  @Test
  void both_are_found_and_apache_is_preferred() {
    List<InferenceClientProvider> found =
        ServiceLoader.load(InferenceClientProvider.class).stream()
            .map(ServiceLoader.Provider::get)
            .toList();

    assertThat(found)
        .extracting(InferenceClientProvider::id, InferenceClientProvider::preference)
        .containsExactlyInAnyOrder(tuple("apache", 10), tuple("jdk", 0));
    assertThat(found).allMatch(InferenceClientProvider::available);
  }

  @Test
  void without_httpclient5_apache_is_not_available_and_jdk_works() throws Exception {
    try (URLClassLoader poor = withoutHttpClient5()) {
      Class<?> type = poor.loadClass(InferenceClientProvider.class.getName());
      Method id = type.getMethod("id");
      Method available = type.getMethod("available");
      for (Object provider : ServiceLoader.load(type, poor)) {
        assertThat(provider.getClass().getClassLoader()).isSameAs(poor);
        assertThat(available.invoke(provider)).isEqualTo(id.invoke(provider).equals("jdk"));
        if (id.invoke(provider).equals("jdk")) {
          create(poor, type, provider).close();
        } else {
          assertThatThrownBy(() -> create(poor, type, provider))
              .isInstanceOf(InvocationTargetException.class)
              .cause()
              .isInstanceOf(IllegalStateException.class)
              .hasMessageContaining("org.apache.httpcomponents.client5:httpclient5");
        }
      }
    }
  }

  private static AutoCloseable create(ClassLoader loader, Class<?> type, Object provider)
      throws ReflectiveOperationException {
    Class<?> context = loader.loadClass(InferenceClientContext.class.getName());
    Class<?> settings = loader.loadClass(Settings.class.getName());
    Object given =
        context
            .getConstructor(int.class, int.class, Duration.class, ThreadFactory.class, settings)
            .newInstance(
                1,
                1,
                Duration.ofSeconds(1),
                Executors.defaultThreadFactory(),
                settings.getMethod("none").invoke(null));
    return (AutoCloseable) type.getMethod("create", context).invoke(provider, given);
  }

  /** The tests' own class path, short of what is optional. */
  private static URLClassLoader withoutHttpClient5() throws MalformedURLException {
    List<URL> rest = new ArrayList<>();
    StringTokenizer entries =
        new StringTokenizer(System.getProperty("java.class.path"), File.pathSeparator);
    while (entries.hasMoreTokens()) {
      String entry = entries.nextToken();
      if (!entry.contains("httpcomponents")) {
        rest.add(new File(entry).toURI().toURL());
      }
    }
    return new URLClassLoader(rest.toArray(URL[]::new), ClassLoader.getPlatformClassLoader());
  }
}
