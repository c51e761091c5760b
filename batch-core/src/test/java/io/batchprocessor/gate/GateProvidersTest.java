package io.batchprocessor.gate;

import static org.assertj.core.api.Assertions.assertThat;

import io.batchprocessor.spi.DispatchGateProvider;
import io.batchprocessor.spi.Provider;
import java.lang.module.ModuleDescriptor;
import java.lang.module.ModuleFinder;
import java.nio.file.Path;
import java.util.List;
import java.util.ServiceLoader;
import org.junit.jupiter.api.Test;

class GateProvidersTest {

  @Test
  void every_gate_is_found() {
    assertThat(ServiceLoader.load(DispatchGateProvider.class))
        .extracting(Provider::id)
        .contains(
            "constant",
            "max-concurrency",
            "rate",
            "composite",
            "wait-on-release",
            "tier-priority",
            "scrape",
            "prometheus",
            "saturation",
            "budget")
        .doesNotHaveDuplicates();
  }

  @Test
  void module_path_and_class_path_find_the_same() throws Exception {
    Path classes =
        Path.of(CompositeGate.class.getProtectionDomain().getCodeSource().getLocation().toURI());
    ModuleDescriptor module =
        ModuleFinder.of(classes).find("io.batchprocessor.core").orElseThrow().descriptor();
    List<String> provided =
        module.provides().stream()
            .filter(provides -> provides.service().equals(DispatchGateProvider.class.getName()))
            .flatMap(provides -> provides.providers().stream())
            .toList();

    assertThat(ServiceLoader.load(DispatchGateProvider.class))
        .filteredOn(
            provider -> provider.getClass().getPackageName().equals("io.batchprocessor.gate"))
        .extracting(provider -> provider.getClass().getName())
        .containsExactlyElementsOf(provided);
  }
}
