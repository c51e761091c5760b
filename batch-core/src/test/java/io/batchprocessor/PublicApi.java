package io.batchprocessor;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.module.ModuleDescriptor;
import java.lang.module.ModuleFinder;
import java.lang.reflect.Executable;
import java.lang.reflect.Field;
import java.lang.reflect.Member;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.lang.reflect.Type;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * What users of a module may name: the public types of its exported packages, with what they extend
 * and implement, and their public and protected members. Not what every object, enum or record has,
 * and not which references may be null.
 */
final class PublicApi {

  private static final Set<String> OF_EVERY_OBJECT = Set.of("equals", "hashCode", "toString");
  private static final Set<String> OF_EVERY_ENUM = Set.of("values", "valueOf");

  private final Path classes;

  /**
   * Of the module in a directory of classes.
   *
   * @param classes a directory of the class path
   */
  PublicApi(Path classes) {
    this.classes = classes;
  }

  /** One line for each type and each member, sorted. */
  List<String> lines() {
    ModuleDescriptor module = ModuleFinder.of(classes).findAll().iterator().next().descriptor();
    return module.exports().stream()
        .map(ModuleDescriptor.Exports::source)
        .flatMap(this::types)
        .filter(PublicApi::isReachable)
        .flatMap(type -> Stream.concat(Stream.of(declaration(type)), members(type)))
        .sorted()
        .toList();
  }

  private Stream<Class<?>> types(String packageName) {
    Path directory = classes.resolve(packageName.replace('.', '/'));
    try (Stream<Path> files = Files.list(directory)) {
      return files
          .map(file -> file.getFileName().toString())
          .filter(name -> name.endsWith(".class") && !name.equals("package-info.class"))
          .map(name -> packageName + "." + name.substring(0, name.length() - ".class".length()))
          .<Class<?>>map(PublicApi::load)
          .toList()
          .stream();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static Class<?> load(String name) {
    try {
      return Class.forName(name, false, PublicApi.class.getClassLoader());
    } catch (ClassNotFoundException e) {
      throw new IllegalStateException(e);
    }
  }

  private static boolean isReachable(Class<?> type) {
    Class<?> outer = type.getEnclosingClass();
    return Modifier.isPublic(type.getModifiers()) && (outer == null || isReachable(outer));
  }

  private static String declaration(Class<?> type) {
    String kind =
        type.isRecord()
            ? "record"
            : type.isEnum() ? "enum" : type.isInterface() ? "interface" : "class";
    boolean implied = type.isInterface() || type.isEnum() || type.isRecord();
    int modifiers =
        type.getModifiers()
            & ~(implied ? Modifier.INTERFACE | Modifier.ABSTRACT | Modifier.FINAL : 0);
    String above =
        Stream.concat(
                Stream.ofNullable(type.getGenericSuperclass()),
                Arrays.stream(type.getGenericInterfaces()))
            .map(Type::getTypeName)
            .filter(name -> !name.equals("java.lang.Object"))
            .collect(Collectors.joining(", "));
    return line(
        type,
        "%s %s%s"
            .formatted(Modifier.toString(modifiers), kind, above.isEmpty() ? "" : ": " + above));
  }

  private static Stream<String> members(Class<?> type) {
    return Stream.of(
            Arrays.stream(type.getDeclaredFields()),
            Arrays.stream(type.getDeclaredConstructors()),
            Arrays.stream(type.getDeclaredMethods()))
        .<Member>flatMap(members -> members)
        .filter(member -> isOffered(type, member))
        .map(member -> line(type, signature(type, member)));
  }

  private static boolean isOffered(Class<?> type, Member member) {
    int modifiers = member.getModifiers();
    boolean forHeirs = Modifier.isProtected(modifiers) && !Modifier.isFinal(type.getModifiers());
    return (Modifier.isPublic(modifiers) || forHeirs)
        && !member.isSynthetic()
        && !(member instanceof Method && isCommon(type, member.getName()));
  }

  private static boolean isCommon(Class<?> type, String method) {
    return OF_EVERY_OBJECT.contains(method) || (type.isEnum() && OF_EVERY_ENUM.contains(method));
  }

  private static String signature(Class<?> type, Member member) {
    String full =
        member instanceof Field field
            ? field.toGenericString()
            : ((Executable) member).toGenericString();
    return full.replace(type.getTypeName() + "." + member.getName(), member.getName());
  }

  private static String line(Class<?> type, String text) {
    String shorter = text.replaceAll("\\b(java|io\\.batchprocessor)\\.([a-z]+\\.)*(?=[A-Z])", "");
    return "%s | %s".formatted(type.getTypeName(), shorter);
  }
}
