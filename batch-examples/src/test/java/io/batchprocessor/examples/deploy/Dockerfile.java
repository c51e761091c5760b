package io.batchprocessor.examples.deploy;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A Dockerfile, as far as its rules and the test of what it builds need to read it. */
public record Dockerfile(List<Instruction> instructions) {

  private static final Pattern VARIABLE = Pattern.compile("\\$\\{?([A-Z_]+)}?");

  /**
   * A line.
   *
   * @param name such as RUN
   * @param arguments what follows, with its continuation lines joined
   * @param stage counted from 0; -1 before the first FROM
   */
  public record Instruction(String name, String arguments, int stage) {

    /** Whether it is a JSON array, for which no shell is started. */
    boolean isExecForm() {
      return arguments.startsWith("[");
    }

    List<String> words() {
      return isExecForm() ? json(arguments) : List.of(arguments.split("\\s+", -1));
    }
  }

  /** That of batch-examples/deploy. */
  public static Dockerfile read() {
    return parse(Deployment.text("Dockerfile"));
  }

  static Dockerfile parse(String text) {
    List<Instruction> instructions = new ArrayList<>();
    int stage = -1;
    for (String line :
        text.replaceAll("(?m)^\\s*#.*\\R", "").replaceAll("\\\\\\R", " ").split("\n", -1)) {
      if (!line.isBlank()) {
        String[] parts = line.strip().split("\\s+", 2);
        stage += parts[0].equals("FROM") ? 1 : 0;
        instructions.add(new Instruction(parts[0], parts[1].strip(), stage));
      }
    }
    return new Dockerfile(List.copyOf(instructions));
  }

  List<Instruction> all(String name) {
    return instructions.stream().filter(instruction -> instruction.name().equals(name)).toList();
  }

  /** Those of the image that is kept. */
  List<Instruction> last() {
    int stage = instructions.get(instructions.size() - 1).stage();
    return instructions.stream().filter(instruction -> instruction.stage() == stage).toList();
  }

  /** The one of its name in the image that is kept. */
  Instruction last(String name) {
    List<Instruction> found =
        last().stream().filter(instruction -> instruction.name().equals(name)).toList();
    if (found.size() != 1) {
      throw new AssertionError("the last stage must have one " + name + ", has " + found);
    }
    return found.get(0);
  }

  /** The variables of the image that is kept. */
  public Map<String, String> environment() {
    Map<String, String> variables = new LinkedHashMap<>();
    for (String word : last("ENV").words()) {
      String[] parts = word.split("=", 2);
      variables.put(parts[0], parts[1]);
    }
    return variables;
  }

  /** The defaults of its arguments. */
  Map<String, String> defaults() {
    Map<String, String> defaults = new LinkedHashMap<>();
    for (Instruction argument : all("ARG")) {
      String[] parts = argument.arguments().split("=", 2);
      if (parts.length == 2) {
        defaults.put(parts[0], parts[1].replaceAll("^\"|\"$", ""));
      }
    }
    return defaults;
  }

  /** The text with the arguments' defaults put in. */
  String resolve(String text) {
    Map<String, String> defaults = defaults();
    return VARIABLE
        .matcher(text)
        .replaceAll(
            match ->
                Matcher.quoteReplacement(defaults.getOrDefault(match.group(1), match.group())));
  }

  private static List<String> json(String array) {
    try {
      return new JsonMapper().readValue(array, new TypeReference<>() {});
    } catch (JsonProcessingException e) {
      throw new AssertionError("not an array: " + array, e);
    }
  }
}
