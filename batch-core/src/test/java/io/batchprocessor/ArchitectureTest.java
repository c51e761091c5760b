package io.batchprocessor;

import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.Architectures.layeredArchitecture;
import static com.tngtech.archunit.library.GeneralCodingRules.NO_CLASSES_SHOULD_ACCESS_STANDARD_STREAMS;
import static com.tngtech.archunit.library.GeneralCodingRules.NO_CLASSES_SHOULD_USE_JAVA_UTIL_LOGGING;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;

/** The arrows between packages: one way, no cycle, and few dependencies. */
@AnalyzeClasses(
    packages = "io.batchprocessor",
    importOptions = ImportOption.DoNotIncludeTests.class)
class ArchitectureTest {

  private static final String[] JDK = {"java..", "javax.net.ssl..", "org.jspecify.annotations.."};

  @ArchTest
  static final ArchRule ARROWS_GO_ONE_WAY =
      layeredArchitecture()
          .consideringOnlyDependenciesInAnyPackage("io.batchprocessor..")
          .layer("engine")
          .definedBy("io.batchprocessor")
          .layer("memory")
          .definedBy("io.batchprocessor.memory..")
          .layer("policy")
          .definedBy("io.batchprocessor.policy..")
          .optionalLayer("gate")
          .definedBy("io.batchprocessor.gate..")
          .layer("http")
          .definedBy("io.batchprocessor.http..")
          .optionalLayer("transform")
          .definedBy("io.batchprocessor.transform..")
          .optionalLayer("metrics")
          .definedBy("io.batchprocessor.metrics..")
          .optionalLayer("tracing")
          .definedBy("io.batchprocessor.tracing..")
          .layer("spi")
          .definedBy("io.batchprocessor.spi..")
          .layer("message")
          .definedBy("io.batchprocessor.message..")
          .whereLayer("engine")
          .mayNotBeAccessedByAnyLayer()
          .whereLayer("memory")
          .mayOnlyBeAccessedByLayers("engine")
          .whereLayer("policy")
          .mayOnlyBeAccessedByLayers("engine")
          .whereLayer("gate")
          .mayOnlyBeAccessedByLayers("engine")
          .whereLayer("http")
          .mayOnlyBeAccessedByLayers("engine")
          .whereLayer("transform")
          .mayOnlyBeAccessedByLayers("engine")
          .whereLayer("metrics")
          .mayOnlyBeAccessedByLayers("engine")
          .whereLayer("tracing")
          .mayOnlyBeAccessedByLayers("engine")
          .whereLayer("message")
          .mayNotAccessAnyLayer()
          .whereLayer("spi")
          .mayOnlyAccessLayers("message")
          .ensureAllClassesAreContainedInArchitecture();

  @ArchTest
  static final ArchRule NO_CYCLES =
      slices().matching("io.batchprocessor.(**)").should().beFreeOfCycles();

  @ArchTest
  static final ArchRule ONLY_JACKSON_AND_SLF4J =
      noClasses()
          .that(resideInAPackage("io.batchprocessor.."))
          .and()
          .resideOutsideOfPackages(
              "io.batchprocessor.http..",
              "io.batchprocessor.metrics..",
              "io.batchprocessor.tracing..")
          .should()
          .dependOnClassesThat(
              not(
                  resideInAnyPackage(JDK)
                      .or(
                          resideInAnyPackage(
                              "io.batchprocessor..", "org.slf4j..", "com.fasterxml.jackson.."))));

  @ArchTest
  static final ArchRule APACHE_IN_HTTP_ONLY =
      noClasses()
          .that()
          .resideInAPackage("io.batchprocessor.http..")
          .should()
          .dependOnClassesThat(
              not(
                  resideInAnyPackage(JDK)
                      .or(
                          resideInAnyPackage(
                              "io.batchprocessor..", "org.slf4j..", "org.apache.hc.."))));

  @ArchTest
  static final ArchRule MICROMETER_IN_METRICS_ONLY =
      noClasses()
          .that()
          .resideInAPackage("io.batchprocessor.metrics..")
          .should()
          .dependOnClassesThat(
              not(
                  resideInAnyPackage(JDK)
                      .or(
                          resideInAnyPackage(
                              "io.batchprocessor..", "org.slf4j..", "io.micrometer.."))));

  @ArchTest
  static final ArchRule OPENTELEMETRY_IN_TRACING_ONLY =
      noClasses()
          .that()
          .resideInAPackage("io.batchprocessor.tracing..")
          .should()
          .dependOnClassesThat(
              not(
                  resideInAnyPackage(JDK)
                      .or(resideInAnyPackage("io.batchprocessor..", "io.opentelemetry.."))));

  @ArchTest
  static final ArchRule JSON_IN_MESSAGES_ONLY =
      classes()
          .that()
          .resideInAPackage("com.fasterxml.jackson..")
          .should()
          .onlyBeAccessed()
          .byAnyPackage("com.fasterxml.jackson..", "io.batchprocessor.message..")
          .allowEmptyShould(true);

  @ArchTest
  static final ArchRule NOTHING_PUBLIC_IS_CALLED_INTERNAL =
      noClasses().that().arePublic().should().resideInAPackage("..internal..");

  @ArchTest static final ArchRule NO_STANDARD_STREAMS = NO_CLASSES_SHOULD_ACCESS_STANDARD_STREAMS;

  @ArchTest static final ArchRule NO_JAVA_UTIL_LOGGING = NO_CLASSES_SHOULD_USE_JAVA_UTIL_LOGGING;

  @ArchTest
  static final ArchRule NO_NAMES_THAT_SAY_NOTHING =
      noClasses().should().haveNameMatching(".*(Utils?|Helper|Manager|Job|Task|Impl)$");
}
