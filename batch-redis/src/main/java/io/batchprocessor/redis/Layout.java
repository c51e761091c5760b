package io.batchprocessor.redis;

import java.util.ArrayList;
import java.util.List;

/** Which keys a transport has, and in which order its scripts get them. */
final class Layout {

  private final List<byte[]> keys = new ArrayList<>();
  private final List<String> derived = new ArrayList<>();
  private final List<Source> requests = new ArrayList<>();
  private final List<Source> retries = new ArrayList<>();
  private final byte[] result;
  private final byte[] retry;
  private final byte[] deadLetter;
  private final byte[] cancelled;
  private final String readyPrefix;

  Layout(RedisConfig config) {
    result = Keys.utf8(config.resultQueue());
    retry = Keys.utf8(config.retryQueue());
    deadLetter = Keys.utf8(config.deadLetterQueue());
    // Not beside a request queue: processes may name the same queues in another order.
    cancelled = beside(config.resultQueue(), ":" + config.kind().id() + ":cancelled");
    readyPrefix = Keys.beside(config.retryQueue(), ":");
    keys.addAll(
        List.of(
            result,
            retry,
            beside(config.retryQueue(), ":number"),
            deadLetter,
            cancelled,
            beside(config.resultQueue(), ":ids")));
    for (String queue : config.requestQueues()) {
      requests.add(
          switch (config.kind()) {
            case CHANNELS ->
                requests.isEmpty()
                    ? add("c", beside(config.retryQueue(), ":settled"))
                    : requests.get(0);
            case STREAMS -> add("s", Keys.utf8(queue), beside(queue, ":released"));
            case SORTED_SET ->
                add(
                    "z",
                    Keys.utf8(queue),
                    beside(queue, ":lease"),
                    beside(queue, ":leased"),
                    beside(queue, ":deliveries"));
          });
    }
    for (String queue : config.requestQueues()) {
      String ready = ":" + config.kind().id() + ":" + queue;
      retries.add(
          add(
              "z",
              beside(config.retryQueue(), ready + ":ready"),
              beside(config.retryQueue(), ready + ":lease"),
              beside(config.retryQueue(), ready + ":leased"),
              beside(config.retryQueue(), ready + ":deliveries")));
    }
  }

  private byte[] beside(String name, String suffix) {
    String key = Keys.beside(name, suffix);
    derived.add(key);
    return Keys.utf8(key);
  }

  private Source add(String kind, byte[]... names) {
    Source source = new Source(kind, keys.size() + 1);
    keys.addAll(List.of(names));
    return source;
  }

  /** The keys of the settling scripts. */
  List<byte[]> all() {
    return List.copyOf(keys);
  }

  /** The names of the keys that no setting names. */
  List<String> derived() {
    return List.copyOf(derived);
  }

  /** The request queues, in their order. */
  List<Source> requests() {
    return List.copyOf(requests);
  }

  /** What is due of each request queue, in the same order. */
  List<Source> retries() {
    return List.copyOf(retries);
  }

  /** The {@code count} keys of a source. */
  List<byte[]> keysOf(Source source, int count) {
    return List.copyOf(keys.subList(source.base() - 1, source.base() - 1 + count));
  }

  byte[] result() {
    return result;
  }

  byte[] retry() {
    return retry;
  }

  byte[] deadLetter() {
    return deadLetter;
  }

  byte[] cancelled() {
    return cancelled;
  }

  /** How the names begin of the sets that due retries move to. */
  String readyPrefix() {
    return readyPrefix;
  }
}
