package io.batchprocessor.testkit;

import java.lang.reflect.Method;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ExtensionContext.Namespace;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;

/** Gives each rule its {@link Trial}, unless the adapter is exempt from it. */
final class TrialExtension implements BeforeEachCallback, AfterEachCallback, ParameterResolver {

  private static final Namespace NAMESPACE = Namespace.create(TrialExtension.class);

  @Override
  public void beforeEach(ExtensionContext context) {
    Method method = context.getRequiredTestMethod();
    AdapterRules rules = (AdapterRules) context.getRequiredTestInstance();
    if (!RuleName.isRule(method)) {
      return;
    }
    RuleName rule = RuleName.of(method);
    Trial trial = new Trial(rules::adapter, rule.number());
    context.getStore(NAMESPACE).put(Trial.class, trial);
    RuleReport.subject(context, trial.adapter().name());
    @Nullable String exemption = trial.adapter().exemption(rule.number());
    if (exemption != null) {
      throw trial.skip(exemption);
    }
  }

  @Override
  public void afterEach(ExtensionContext context) {
    @Nullable Trial trial = context.getStore(NAMESPACE).remove(Trial.class, Trial.class);
    if (trial != null) {
      RuleReport.notes(context, trial.notes());
      trial.close();
    }
  }

  @Override
  public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
    return parameter.getParameter().getType() == Trial.class;
  }

  @Override
  public Object resolveParameter(ParameterContext parameter, ExtensionContext context) {
    return context.getStore(NAMESPACE).get(Trial.class);
  }
}
