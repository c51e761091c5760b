package io.batchprocessor.examples.deploy;

import io.batchprocessor.examples.deploy.Dockerfile.Instruction;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;

/** What an image that runs in production must not do without. */
final class DockerfileRules {

  private static final Pattern PINNED =
      Pattern.compile(
          "[a-z0-9.-]+/[a-z0-9./-]+(:(?!latest)[\\w.-]*\\d[\\w.-]*|@sha256:[0-9a-f]{64})");
  private static final Pattern SECRET =
      Pattern.compile("(?i)(password|passwd|secret|token|credential|api_?key)");
  private static final Pattern NOT_ROOT = Pattern.compile("[1-9]\\d*:[1-9]\\d*");

  private DockerfileRules() {}

  /** Which are broken, and how. */
  static List<String> broken(Dockerfile file) {
    List<String> faults = new ArrayList<>();
    for (Instruction from : file.all("FROM")) {
      String image = from.words().get(0);
      if (!image.startsWith("${") || !PINNED.matcher(file.resolve(image)).matches()) {
        faults.add("base images are arguments, with a registry and pinned: " + from.arguments());
      }
    }
    for (Instruction instruction : file.instructions()) {
      switch (instruction.name()) {
        case "ADD" -> faults.add("COPY does what is seen, ADD more: " + instruction.arguments());
        case "ARG", "ENV" -> {
          if (SECRET.matcher(instruction.arguments()).find()) {
            faults.add("a secret would stay in a layer: " + instruction.arguments());
          }
        }
        case "RUN" -> {
          if (Pattern.compile("\\b(sudo|curl|wget)\\b").matcher(instruction.arguments()).find()) {
            faults.add("nothing is fetched but base images: " + instruction.arguments());
          }
        }
        default -> {}
      }
    }
    lastStage(file, faults);
    return faults;
  }

  private static void lastStage(Dockerfile file, List<String> faults) {
    for (String one : List.of("USER", "ENTRYPOINT", "HEALTHCHECK", "STOPSIGNAL", "EXPOSE")) {
      long count = file.last().stream().filter(line -> line.name().equals(one)).count();
      if (count != 1) {
        faults.add("the last stage has one " + one + ", not " + count);
        return;
      }
    }
    if (!NOT_ROOT.matcher(file.last("USER").arguments()).matches()) {
      faults.add("USER is not root, and a number: " + file.last("USER").arguments());
    }
    if (!file.last("ENTRYPOINT").isExecForm()) {
      faults.add("a shell as process 1 would keep SIGTERM to itself: ENTRYPOINT in exec form");
    }
    if (!file.last("STOPSIGNAL").arguments().equals("SIGTERM")) {
      faults.add("SIGTERM drains, STOPSIGNAL " + file.last("STOPSIGNAL").arguments() + " does not");
    }
    List<Instruction> last = file.last();
    List<Instruction> afterUser = last.subList(last.indexOf(file.last("USER")), last.size());
    if (afterUser.stream().anyMatch(line -> List.of("RUN", "COPY").contains(line.name()))) {
      faults.add("what the user could change is no part of the image: no RUN or COPY after USER");
    }
    for (Instruction copy : last) {
      if (copy.name().equals("COPY") && copy.words().get(0).equals(".")) {
        faults.add("the sources stay out of the image: COPY " + copy.arguments());
      }
    }
  }
}
