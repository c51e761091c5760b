package io.batchprocessor.redis;

import io.batchprocessor.spi.Backlog;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** Counts what waits, by one script for all queues. */
final class Backlogs {

  private static final Script BACKLOG = Script.of("backlog.lua");

  private final RedisConnections redis;
  private final RedisConfig config;
  private final Layout layout;

  Backlogs(RedisConnections redis, RedisConfig config, Layout layout) {
    this.redis = redis;
    this.config = config;
    this.layout = layout;
  }

  /** One for each request queue, then the retry queue's. */
  List<Backlog> read(List<RedisQueue> queues) {
    redis.checkOpen();
    List<Source> sources = new ArrayList<>(layout.requests());
    sources.addAll(layout.retries());
    List<byte[]> args = new ArrayList<>();
    args.add(Keys.utf8(config.group()));
    for (Source source : sources) {
      args.add(Keys.utf8(source.kind()));
      args.add(Keys.number(source.base()));
    }
    List<?> answer = (List<?>) redis.run(BACKLOG, layout.all(), args);
    List<Backlog> backlogs = new ArrayList<>();
    for (int i = 0; i < config.requestQueues().size(); i++) {
      long oldest = number(answer.get(i), 2);
      backlogs.add(
          new Backlog(
              config.requestQueues().get(i),
              number(answer.get(i), 0) + queues.get(i).buffered(),
              number(answer.get(i), 1) + queues.get(i).handedOut(),
              oldest < 0 ? null : Duration.ofMillis(oldest)));
    }
    long waiting = (Long) answer.get(answer.size() - 1);
    long leased = 0;
    for (Object due : answer.subList(layout.requests().size(), answer.size() - 1)) {
      waiting += number(due, 0);
      leased += number(due, 1);
    }
    backlogs.add(new Backlog(config.retryQueue(), waiting, leased, null));
    return backlogs;
  }

  private static long number(Object counts, int index) {
    return (Long) ((List<?>) counts).get(index);
  }
}
