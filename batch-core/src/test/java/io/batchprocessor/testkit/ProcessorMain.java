package io.batchprocessor.testkit;

import io.batchprocessor.BatchProcessor;
import io.batchprocessor.spi.QueueProvider;
import io.batchprocessor.spi.Settings;
import io.batchprocessor.spi.Transport;
import java.io.File;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.ServiceLoader;
import java.util.concurrent.CountDownLatch;
import org.jspecify.annotations.Nullable;

/**
 * A processor in a process of its own, to be killed, frozen or measured:
 *
 * <pre>{@code
 * ProcessorMain <provider> <endpoint> <concurrency> [die=<point>] [<setting>=<value>...]
 * }</pre>
 *
 * <p>It runs until it is killed, or until the given point: {@code before} or {@code after} one of
 * the calls that move messages, as in {@code before:transport.settle}, {@code
 * after:requests.receive}, {@code before:retries.schedule}, {@code after:results.publish} or {@code
 * after:deadLetters.deadLetter}. There it ends as SIGKILL would end it, with the exit code {@link
 * #DIED}. The transport is the one that {@code ServiceLoader} finds by the provider's id.
 */
public final class ProcessorMain {

  /** Short, so that a test does not wait for the last of many retries. */
  private static final Duration BACKOFF = Duration.ofMillis(200);

  /** The exit code of a process that died where it was told to. */
  public static final int DIED = 86;

  private static final String DIE = "die";

  private ProcessorMain() {}

  /** Runs one. */
  public static void main(String[] args) throws Exception {
    QueueProvider provider =
        ServiceLoader.load(QueueProvider.class).stream()
            .map(ServiceLoader.Provider::get)
            .filter(candidate -> candidate.id().equals(args[0]))
            .findFirst()
            .orElseThrow();
    Map<String, String> values = new HashMap<>();
    for (String setting : List.of(args).subList(3, args.length)) {
      int equals = setting.indexOf('=');
      values.put(setting.substring(0, equals), setting.substring(equals + 1));
    }
    @Nullable String death = values.remove(DIE);
    try (Transport opened = provider.open(Settings.of(provider.settings(), values));
        Transport transport = death == null ? opened : DyingTransport.dying(opened, death);
        BatchProcessor processor =
            BatchProcessor.builder()
                .transport(transport)
                .endpoint(URI.create(args[1]))
                .concurrency(Integer.parseInt(args[2]))
                .backoff(context -> BACKOFF)
                .build()) {
      processor.start();
      new CountDownLatch(1).await();
    }
  }

  /** Starts one, on the class path of this process; it ends with this process at the latest. */
  public static Process fork(String... args) throws IOException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of("-Xmx256m", "-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC"));
    command.addAll(List.of("-cp", System.getProperty("java.class.path")));
    command.add(ProcessorMain.class.getName());
    command.addAll(List.of(args));
    File log = Files.createTempFile("processor-", ".log").toFile();
    log.deleteOnExit();
    Process process =
        new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(log).start();
    Runtime.getRuntime().addShutdownHook(new Thread(process::destroyForcibly));
    return process;
  }
}
