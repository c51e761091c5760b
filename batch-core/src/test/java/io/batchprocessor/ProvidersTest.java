package io.batchprocessor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.batchprocessor.memory.MemoryTransport;
import io.batchprocessor.spi.InvalidSettingsException;
import io.batchprocessor.spi.QueueProvider;
import io.batchprocessor.spi.Settings;
import io.batchprocessor.spi.Transport;
import java.io.IOException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.ServiceLoader;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ProvidersTest {

  @TempDir private Path directory;

  /** Found through META-INF/services. */
  public static class One implements QueueProvider {
    @Override
    public String id() {
      return "one";
    }

    @Override
    public Transport open(Settings settings) {
      return MemoryTransport.builder().build();
    }
  }

  /** Another that says it is the same. */
  public static class Other extends One {}

  private Providers<QueueProvider> find(Class<?>... providers) throws IOException {
    Path services = Files.createDirectories(directory.resolve("META-INF/services"));
    Files.write(
        services.resolve(QueueProvider.class.getName()),
        List.of(providers).stream().map(Class::getName).toList());
    URLClassLoader loader =
        new URLClassLoader(
            new URL[] {directory.toUri().toURL()}, ProvidersTest.class.getClassLoader());
    return Providers.of("queue provider", ServiceLoader.load(QueueProvider.class, loader));
  }

  @Test
  void a_provider_is_found_by_its_id() throws Exception {
    Providers<QueueProvider> providers = find(One.class);

    assertThat(providers.get("one")).isInstanceOf(One.class);
    assertThat(providers.get("memory").id()).isEqualTo("memory");
    assertThat(providers.find("two")).isEmpty();
    assertThatThrownBy(() -> providers.get("two"))
        .isInstanceOf(InvalidSettingsException.class)
        .hasMessage(
            "queue provider 'two' not found; found: memory, one; is its module on the class path?");
  }

  @Test
  void two_providers_with_one_id_are_an_error_that_names_both() {
    assertThatThrownBy(() -> find(One.class, Other.class))
        .isInstanceOf(InvalidSettingsException.class)
        .hasMessageContaining("queue provider 'one' is provided twice")
        .hasMessageContaining(One.class.getName() + " and " + Other.class.getName());
  }
}
