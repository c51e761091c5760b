package io.batchprocessor.examples.bench;

import io.batchprocessor.examples.console.OneLineErrors;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** The command line of the {@link LoopbackServer}. */
@Command(
    name = "loopback-server",
    description = "A minimal HTTP server on the loopback address, for benchmarks of clients.",
    mixinStandardHelpOptions = true,
    showDefaultValues = true,
    sortOptions = false)
final class LoopbackCommand implements Callable<Integer> {

  @Option(names = "--port", description = "Port to listen on; 0 takes any free one.")
  int port;

  @Option(names = "--threads", description = "Threads that serve connections.")
  int threads = 1;

  @Option(names = "--delay-millis", description = "How long each answer waits.")
  long delayMillis;

  static int run(String... args) {
    return OneLineErrors.of(new CommandLine(new LoopbackCommand())).execute(args);
  }

  @Override
  public Integer call() throws IOException, InterruptedException {
    try (LoopbackServer server =
        LoopbackServer.start(port, threads, Duration.ofMillis(delayMillis))) {
      System.out.println("listening on 127.0.0.1:" + server.port());
      new CountDownLatch(1).await();
    }
    return CommandLine.ExitCode.OK;
  }
}
