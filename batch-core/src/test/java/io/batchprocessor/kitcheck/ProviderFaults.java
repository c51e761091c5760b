package io.batchprocessor.kitcheck;

import static io.batchprocessor.kitcheck.Fault.broker;
import static io.batchprocessor.kitcheck.Fault.transport;

import io.batchprocessor.message.Bytes;
import io.batchprocessor.spi.RequestQueue;
import io.batchprocessor.spi.Result;
import io.batchprocessor.spi.RetryQueue;
import io.batchprocessor.spi.Setting;
import io.batchprocessor.spi.Settings;
import io.batchprocessor.spi.Transport;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.awaitility.Awaitility;

/** Faults of providers and of transports as such. */
final class ProviderFaults {

  /** No fault of an adapter, but one of its test: the kit has to say what it could not test. */
  static final String KILLED_LATE = "has a broker that is long in dying";

  private ProviderFaults() {}

  static List<Fault> all() {
    return List.of(
        transport("makes a new retry queue each time", NewRetryQueue::new, 101),
        transport("has a queue twice", QueueTwice::new, 102, 123),
        transport("leaks a thread on close", LeaksThread::new, 103),
        transport("releases on close", SettlesOnClose::new, 104),
        transport("keeps results to its own process", KeepsResults::new, 105),
        broker("changes its id", ChangesId::new, 111),
        broker("lists a setting twice", ListsTwice::new, 112),
        broker("starts a thread when asked for its settings", StartsThread::new, 103, 113),
        broker(KILLED_LATE, KilledLate::new),
        broker("is tested with a server of the test's own", OwnServer::new),
        broker("opens without its broker", OpensAnyway::new, 121),
        broker("closes all its transports with one", ClosesAll::new, 104, 122, 651),
        broker("takes no queues from the configuration", IgnoresQueues::new, 123));
  }

  private static final class KilledLate extends MemoryBroker {
    KilledLate() {
      super(BrokerTransport::new);
    }

    @Override
    public void kill() {
      Awaitility.await().pollDelay(Duration.ofMillis(1_100)).until(() -> true);
      super.kill();
    }
  }

  private static final class OwnServer extends MemoryBroker {
    OwnServer() {
      super(BrokerTransport::new);
      forEver("server");
    }
  }

  private static final class NewRetryQueue extends BrokerTransport {
    NewRetryQueue(MemoryBroker broker, Settings settings) {
      super(broker, settings);
    }

    @Override
    public RetryQueue retryQueue() {
      return new Retries(store().retryQueue());
    }
  }

  private static final class QueueTwice extends BrokerTransport {
    QueueTwice(MemoryBroker broker, Settings settings) {
      super(broker, settings);
    }

    @Override
    public List<? extends RequestQueue> requestQueues() {
      List<RequestQueue> queues = new ArrayList<>(super.requestQueues());
      queues.add(queues.get(0));
      return queues;
    }
  }

  private static final class LeaksThread extends BrokerTransport {
    LeaksThread(MemoryBroker broker, Settings settings) {
      super(broker, settings);
      forEver("leaked");
    }
  }

  private static void forEver(String name) {
    CountDownLatch never = new CountDownLatch(1);
    Thread thread =
        new Thread(
            () -> {
              try {
                never.await();
              } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
              }
            },
            name);
    thread.setDaemon(true);
    thread.start();
  }

  private static final class SettlesOnClose extends BrokerTransport {
    private final Queue<Runnable> held = new ConcurrentLinkedQueue<>();

    SettlesOnClose(MemoryBroker broker, Settings settings) {
      super(broker, settings);
    }

    @Override
    List<io.batchprocessor.spi.Delivery> receive(RequestQueue queue, int max, Duration maxWait)
        throws InterruptedException {
      List<io.batchprocessor.spi.Delivery> deliveries = super.receive(queue, max, maxWait);
      if (!deliveries.isEmpty()) {
        held.add(() -> queue.release(deliveries));
      }
      return deliveries;
    }

    @Override
    public void close() {
      super.close();
      held.forEach(Runnable::run);
    }
  }

  private static final class KeepsResults extends BrokerTransport {
    private final Queue<Bytes> own = new ConcurrentLinkedQueue<>();

    KeepsResults(MemoryBroker broker, Settings settings) {
      super(broker, settings);
    }

    @Override
    void publish(List<Result> results) {
      reach();
      refuseLarge(results);
      results.forEach(result -> own.add(result.message().toJson()));
    }

    @Override
    public List<Bytes> takeResults(int max, Duration maxWait) throws InterruptedException {
      List<Bytes> taken = new ArrayList<>();
      while (taken.size() < max && !own.isEmpty()) {
        taken.add(own.remove());
      }
      return taken.isEmpty() ? super.takeResults(max, maxWait) : taken;
    }
  }

  private static final class ChangesId extends MemoryBroker {
    private final AtomicInteger asked = new AtomicInteger();

    ChangesId() {
      super(BrokerTransport::new);
    }

    @Override
    public String id() {
      return "memory-broker-" + asked.incrementAndGet();
    }
  }

  private static final class ListsTwice extends MemoryBroker {
    ListsTwice() {
      super(BrokerTransport::new);
    }

    @Override
    public List<Setting<?>> settings() {
      return List.of(QUEUES, LEASE, LEASE);
    }
  }

  private static final class StartsThread extends MemoryBroker {
    StartsThread() {
      super(BrokerTransport::new);
    }

    @Override
    public List<Setting<?>> settings() {
      forEver("too-early");
      return super.settings();
    }
  }

  private static final class OpensAnyway extends MemoryBroker {
    OpensAnyway() {
      super(BrokerTransport::new);
    }

    @Override
    public Transport open(Settings settings) {
      return new BrokerTransport(this, settings);
    }
  }

  private static final class ClosesAll extends MemoryBroker {
    private final Queue<Transport> opened = new ConcurrentLinkedQueue<>();

    ClosesAll() {
      super(BrokerTransport::new);
    }

    @Override
    public Transport open(Settings settings) {
      reach();
      Transport transport =
          new BrokerTransport(this, settings) {
            @Override
            public void close() {
              super.close();
              while (!opened.isEmpty()) {
                opened.remove().close();
              }
            }
          };
      opened.add(transport);
      return transport;
    }
  }

  private static final class IgnoresQueues extends MemoryBroker {
    IgnoresQueues() {
      super((broker, settings) -> new BrokerTransport(broker, settings.withQueues(List.of())));
    }
  }
}
