package io.batchprocessor.examples.embedding;

import static org.assertj.core.api.Assertions.assertThat;

import io.batchprocessor.BatchProcessor;
import io.batchprocessor.examples.CountingGateway;
import io.batchprocessor.memory.MemoryTransport;
import io.batchprocessor.message.RequestMessage;
import io.batchprocessor.spi.ProcessorState;
import jakarta.enterprise.context.Dependent;
import jakarta.enterprise.inject.Produces;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.TimeUnit;
import org.jboss.weld.environment.se.Weld;
import org.jboss.weld.environment.se.WeldContainer;
import org.junit.jupiter.api.Test;

class CdiBeansTest {

  private static volatile URI endpoint;

  /** What an application would read from its configuration. */
  @Dependent
  static class Configuration {
    @Produces
    URI endpoint() {
      return endpoint;
    }
  }

  @Test
  void the_container_starts_the_processor_and_drains_it() throws Exception {
    BatchProcessor processor;
    MemoryTransport queues;
    try (CountingGateway gateway = new CountingGateway()) {
      endpoint = gateway.endpoint();
      try (WeldContainer container =
          new Weld()
              .disableDiscovery()
              .addBeanClasses(CdiBeans.class, Configuration.class)
              .initialize()) {
        processor = container.select(BatchProcessor.class).get();
        queues = container.select(MemoryTransport.class).get();
        assertThat(processor.state()).isEqualTo(ProcessorState.RUNNING);

        RequestMessage request =
            RequestMessage.builder("r-1")
                .deadline(Instant.now().plus(Duration.ofHours(1)))
                .payload("{}")
                .build();
        assertThat(queues.submit(request).get(1, TimeUnit.MINUTES).statusCode()).hasValue(200);
      }
    }
    assertThat(processor.state()).isEqualTo(ProcessorState.CLOSED);
    assertThat(queues.health().healthy()).isFalse();
  }
}
