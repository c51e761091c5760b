package io.batchprocessor.examples.console;

import java.io.Console;
import java.io.PrintStream;
import java.lang.reflect.InvocationTargetException;
import java.nio.charset.Charset;
import org.jspecify.annotations.Nullable;

/** What the place that this process prints to can show. */
public final class Terminal {

  private Terminal() {}

  /** Whether this process has a terminal, on which a line can be written over. */
  @SuppressWarnings("SystemConsoleNull") // isTerminal answers for the newer JDKs
  public static boolean isThere() {
    Console console = System.console();
    return console != null && !"dumb".equals(System.getenv("TERM")) && isTerminal(console);
  }

  /** Whether a stream's encoding has all of these characters. */
  public static boolean canShow(PrintStream out, String characters) {
    return charset(out).newEncoder().canEncode(characters);
  }

  /** From JDK 22 on there is a console without a terminal, too, and a method that tells. */
  private static boolean isTerminal(Console console) {
    Object terminal = ask(Console.class, "isTerminal", console);
    return terminal == null || (boolean) terminal;
  }

  /** From JDK 18 on a stream tells; before, the standard ones are as their property says. */
  private static Charset charset(PrintStream out) {
    Object told = ask(PrintStream.class, "charset", out);
    String property = System.getProperty("sun.stdout.encoding");
    return told != null
        ? (Charset) told
        : property == null ? Charset.defaultCharset() : Charset.forName(property);
  }

  /** What a newer JDK's method answers; null if there is none. */
  private static @Nullable Object ask(Class<?> type, String method, Object target) {
    try {
      return type.getMethod(method).invoke(target);
    } catch (NoSuchMethodException e) {
      return null;
    } catch (IllegalAccessException | InvocationTargetException e) {
      throw new IllegalStateException(type + " does not answer " + method, e);
    }
  }
}
