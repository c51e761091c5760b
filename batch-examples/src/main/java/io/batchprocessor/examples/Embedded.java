package io.batchprocessor.examples;

import io.batchprocessor.BatchProcessor;
import io.batchprocessor.memory.MemoryTransport;
import io.batchprocessor.message.RequestMessage;
import io.batchprocessor.message.ResultMessage;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.CompletableFuture;

/** The processor inside a program of one's own: the snippet that the README shows. */
public final class Embedded {

  private Embedded() {}

  /** Asks a gateway on port 8000 one question, and prints the result. */
  public static void main(String[] args) throws Exception {
    // snippet:embed
    try (MemoryTransport queues = MemoryTransport.builder().build();
        BatchProcessor processor =
            BatchProcessor.builder()
                .transport(queues)
                .endpoint(URI.create("http://localhost:8000/v1/completions"))
                .inferenceObjective("batch")
                .concurrency(8)
                .build()) {
      processor.start();
      CompletableFuture<ResultMessage> future =
          queues.submit(
              RequestMessage.builder("review-1")
                  .deadline(Instant.now().plus(Duration.ofHours(1)))
                  .payload("{\"model\":\"food-review\",\"prompt\":\"hi\",\"max_tokens\":16}")
                  .build());
      ResultMessage result = future.get();
      System.out.println(result.toJson().toUtf8());
    }
    // end:embed
  }
}
