package io.batchprocessor.testkit;

import java.io.IOException;
import java.lang.reflect.Method;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ExtensionContext.Namespace;
import org.junit.jupiter.api.extension.ExtensionContext.Store;
import org.junit.jupiter.api.extension.TestWatcher;

/** Gathers which rules are kept, and writes a page about each subject. */
final class RuleReport implements TestWatcher, AfterAllCallback {

  private static final Namespace NAMESPACE = Namespace.create(RuleReport.class);
  private static final String SUBJECT = "subject";
  private static final String NOTES = "notes";

  private static final class Pages {
    final Map<String, ReportPage> bySubject = new ConcurrentHashMap<>();
  }

  /**
   * Names the subject of one test, and of those of its class that fail before they can name theirs;
   * without it the test class does.
   */
  static void subject(ExtensionContext test, String name) {
    test.getStore(NAMESPACE).put(SUBJECT, name);
    ExtensionContext outer = test;
    while (outer.getTestMethod().isPresent()) {
      outer = outer.getParent().orElseThrow();
    }
    outer.getStore(NAMESPACE).put(SUBJECT, name);
  }

  /** What was left out of one test. */
  static void notes(ExtensionContext test, List<String> notes) {
    test.getStore(NAMESPACE).put(NOTES, String.join("; ", notes));
  }

  @Override
  public void testSuccessful(ExtensionContext test) {
    @Nullable String notes = test.getStore(NAMESPACE).get(NOTES, String.class);
    note(test, ReportPage.Outcome.PASSED, notes == null ? "" : notes);
  }

  @Override
  public void testAborted(ExtensionContext test, @Nullable Throwable cause) {
    note(test, ReportPage.Outcome.SKIPPED, cause == null ? "" : cause.getMessage());
  }

  @Override
  public void testFailed(ExtensionContext test, @Nullable Throwable cause) {
    note(test, ReportPage.Outcome.FAILED, "");
  }

  @Override
  public void afterAll(ExtensionContext context) throws IOException {
    Path directory =
        Path.of(
            context
                .getConfigurationParameter("adapter-kit.directory")
                .orElse("target/adapter-kit"));
    for (Map.Entry<String, ReportPage> page : pages(context).bySubject.entrySet()) {
      page.getValue().write(directory.resolve(page.getKey() + ".md"));
    }
  }

  private static void note(ExtensionContext test, ReportPage.Outcome outcome, String reason) {
    Method method = test.getRequiredTestMethod();
    if (RuleName.isRule(method)) {
      @Nullable String name = test.getStore(NAMESPACE).get(SUBJECT, String.class);
      String subject = name == null ? test.getRequiredTestClass().getSimpleName() : name;
      pages(test)
          .bySubject
          .computeIfAbsent(subject, ReportPage::new)
          .add(RuleName.of(method), outcome, reason == null ? "" : reason);
    }
  }

  private static Pages pages(ExtensionContext context) {
    Store store = context.getRoot().getStore(NAMESPACE);
    return store.computeIfAbsent(Pages.class, key -> new Pages(), Pages.class);
  }
}
