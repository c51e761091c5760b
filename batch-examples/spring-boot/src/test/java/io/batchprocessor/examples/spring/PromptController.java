package io.batchprocessor.examples.spring;

import io.batchprocessor.memory.MemoryTransport;
import io.batchprocessor.message.RequestMessage;
import java.time.Duration;
import java.time.Instant;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RestController;

/** A service's own handler, which submits a request and waits for its result. */
@RestController
class PromptController {

  private final MemoryTransport queues;

  PromptController(MemoryTransport queues) {
    this.queues = queues;
  }

  @PostMapping("/prompts/{id}")
  String ask(@PathVariable("id") String id, @RequestBody String prompt) throws Exception {
    RequestMessage request =
        RequestMessage.builder(id)
            .deadline(Instant.now().plus(Duration.ofHours(1)))
            .payload(prompt)
            .build();
    return queues.submit(request).get().toJson().toUtf8();
  }
}
