package io.batchprocessor;

import static org.assertj.core.api.Assertions.assertThat;

import io.batchprocessor.memory.MemoryTransport;
import io.batchprocessor.message.ResultMessage;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import org.awaitility.Awaitility;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Taking requests back, as the gateway sees it. */
class YieldIT {

  private static final Duration PATIENCE = Duration.ofSeconds(30);

  @ParameterizedTest
  @ValueSource(strings = {"apache", "jdk"})
  void the_gateway_sees_the_newest_connections_close_and_the_requests_again_later(String client)
      throws Exception {
    List<String> hungUp = new CopyOnWriteArrayList<>();
    CountDownLatch answer = new CountDownLatch(1);
    WantingGate gate = new WantingGate("wanting");
    try (MemoryTransport queues = MemoryTransport.builder().build();
        SocketGateway gateway =
            new SocketGateway(
                call -> {
                  if (call.number() <= 2) {
                    answer.await();
                  } else if (call.number() <= 4) {
                    call.hang();
                    hungUp.add(call.id());
                    return;
                  }
                  call.answer(200, "{}");
                });
        BatchProcessor processor =
            BatchProcessor.builder()
                .transport(queues)
                .endpoint(gateway.endpoint())
                .setting("http-client", client)
                .gate(() -> gate)
                .build()) {
      processor.start();
      List<CompletableFuture<ResultMessage>> submitted = new ArrayList<>();
      for (int i = 1; i <= 4; i++) {
        int calls = i;
        submitted.add(queues.submit(Samples.request("r-" + i)));
        Awaitility.await().atMost(PATIENCE).until(() -> gateway.calls().size() == calls);
      }

      gate.limit(2);
      Awaitility.await().atMost(PATIENCE).until(() -> hungUp.size() == 2);
      assertThat(hungUp).containsExactlyInAnyOrder("r-3", "r-4");
      assertThat(processor.stats().takenBack()).isEqualTo(2);

      gate.limit(4);
      Awaitility.await().atMost(PATIENCE).until(() -> gateway.calls().size() == 6);
      answer.countDown();
      for (CompletableFuture<ResultMessage> each : submitted) {
        assertThat(each).succeedsWithin(PATIENCE);
        assertThat(each.join().isSuccess()).isTrue();
        assertThat(each.join().attempts()).isEqualTo(1);
      }
      assertThat(gateway.calls().subList(4, 6))
          .extracting(SocketGateway.Call::id)
          .containsExactlyInAnyOrder("r-3", "r-4");
    }
  }
}
