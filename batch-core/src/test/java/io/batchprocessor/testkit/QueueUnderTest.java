package io.batchprocessor.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import io.batchprocessor.message.Bytes;
import io.batchprocessor.spi.Delivery;
import io.batchprocessor.spi.RequestQueue;
import io.batchprocessor.spi.Retry;
import io.batchprocessor.spi.Transport;
import java.util.Arrays;
import java.util.List;

/** The two kinds of queues that keep rules 201 to 218. */
enum QueueUnderTest {
  REQUEST_QUEUE {
    @Override
    RequestQueue of(Transport transport) {
      return transport.requestQueues().get(0);
    }

    @Override
    void fill(Trial trial, List<Bytes> bodies) {
      trial.submit(trial.adapter().queues().get(0), bodies);
    }
  },

  RETRY_QUEUE {
    @Override
    RequestQueue of(Transport transport) {
      return transport.retryQueue();
    }

    @Override
    void fill(Trial trial, List<Bytes> bodies) throws InterruptedException {
      REQUEST_QUEUE.fill(trial, bodies);
      for (int left = bodies.size(); left > 0; ) {
        List<Delivery> taken = trial.take(trial.queue(), Math.min(left, 10));
        int lost =
            trial
                .transport()
                .retryQueue()
                .schedule(
                    taken.stream().map(delivery -> new Retry(delivery, Trial.SOON, 2)).toList())
                .size();
        assertThat(lost).isLessThanOrEqualTo(taken.size());
        left -= taken.size() - lost;
      }
    }
  };

  abstract RequestQueue of(Transport transport);

  /** Makes messages available. */
  abstract void fill(Trial trial, List<Bytes> bodies) throws InterruptedException;

  void fill(Trial trial, String... ids) throws InterruptedException {
    fill(trial, Requests.bodies(Arrays.asList(ids)));
  }

  @Override
  public String toString() {
    return name().toLowerCase(java.util.Locale.ROOT).replace('_', ' ');
  }
}
