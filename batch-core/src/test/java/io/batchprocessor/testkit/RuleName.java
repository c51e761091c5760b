package io.batchprocessor.testkit;

import java.lang.reflect.Method;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What the name of a test says.
 *
 * @param number of the rule
 * @param sentence what it asks for
 */
record RuleName(int number, String sentence) {

  private static final Pattern NAME = Pattern.compile("rule_(\\d+)_(\\w+)");

  static boolean isRule(Method method) {
    return NAME.matcher(method.getName()).matches();
  }

  static RuleName of(Method method) {
    Matcher name = NAME.matcher(method.getName());
    if (!name.matches()) {
      throw new IllegalArgumentException(method.getName() + " is not named after a rule");
    }
    return new RuleName(Integer.parseInt(name.group(1)), name.group(2).replace('_', ' '));
  }
}
