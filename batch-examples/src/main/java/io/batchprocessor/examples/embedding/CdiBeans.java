package io.batchprocessor.examples.embedding;

import io.batchprocessor.BatchProcessor;
import io.batchprocessor.memory.MemoryTransport;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import jakarta.enterprise.event.Shutdown;
import jakarta.enterprise.event.Startup;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;
import java.net.URI;

/** The processor and its queues as beans of CDI 4, as Quarkus, Helidon and Jakarta EE have it. */
// snippet:cdi
@ApplicationScoped
public class CdiBeans {

  @Produces
  @Singleton
  MemoryTransport queues() {
    return MemoryTransport.builder().build();
  }

  @Produces
  @Singleton
  BatchProcessor processor(MemoryTransport queues, URI endpoint) {
    return BatchProcessor.builder().transport(queues).endpoint(endpoint).build();
  }

  void start(@Observes Startup event, BatchProcessor processor) {
    processor.start();
  }

  void drain(@Observes Shutdown event, BatchProcessor processor, MemoryTransport queues) {
    processor.close();
    queues.close();
  }
}
// end:cdi
