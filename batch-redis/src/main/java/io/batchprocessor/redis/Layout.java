package io.batchprocessor.redis;

import java.util.ArrayList;
import java.util.List;

/** Which keys a transport has, and in which order its scripts get them. */
final class Layout {

  private final List<byte[]> keys = new ArrayList<>();
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
    String first = config.requestQueues().get(0);
    cancelled = Keys.utf8(Keys.beside(first, ":" + config.kind().id() + ":cancelled"));
    readyPrefix = Keys.beside(config.retryQueue(), ":");
    keys.addAll(
        List.of(
            result,
            retry,
            Keys.utf8(Keys.beside(config.retryQueue(), ":number")),
            deadLetter,
            cancelled,
            Keys.utf8(Keys.beside(config.resultQueue(), ":ids"))));
    for (String queue : config.requestQueues()) {
      requests.add(
          switch (config.kind()) {
            case CHANNELS -> Source.CHANNEL;
            case STREAMS -> add("s", queue, Keys.beside(queue, ":released"));
            case SORTED_SET ->
                add(
                    "z",
                    queue,
                    Keys.beside(queue, ":lease"),
                    Keys.beside(queue, ":leased"),
                    Keys.beside(queue, ":deliveries"));
          });
    }
    for (String queue : config.requestQueues()) {
      String ready = readyPrefix + config.kind().id() + ":" + queue;
      retries.add(
          add("z", ready + ":ready", ready + ":lease", ready + ":leased", ready + ":deliveries"));
    }
  }

  private Source add(String kind, String... names) {
    Source source = new Source(kind, keys.size() + 1);
    for (String name : names) {
      keys.add(Keys.utf8(name));
    }
    return source;
  }

  /** The keys of the settling scripts. */
  List<byte[]> all() {
    return List.copyOf(keys);
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
