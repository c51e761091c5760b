package io.batchprocessor.redis;

import io.batchprocessor.spi.Delivery;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.ToLongFunction;
import java.util.stream.Stream;

/**
 * Settles, releases and extends deliveries of all queues of a transport: many by one call of a
 * script, each of them only if it is still ours.
 */
final class Settling {

  private static final Script SETTLE = Script.of("held.lua", "settle.lua");
  private static final Script RELEASE = Script.of("held.lua", "release.lua");
  private static final Script EXTEND = Script.of("held.lua", "extend.lua");

  /** So much is sent in one call; Redis closes connections that send a gigabyte at once. */
  private static final long CALL_BYTES = 16L << 20;

  /** So many are handled in one call, because others wait while a script runs. */
  private static final int CALL_DELIVERIES = 512;

  private static final byte[] NO_RECEIPT = {};

  private final RedisConnections redis;
  private final List<byte[]> keys;
  private final byte[] group;
  private final byte[] consumer;
  private final byte[] leaseMillis;
  private final List<byte[]> settleArgs;

  /** Receipts of channels that Redis need not remember any more, because we had its answer. */
  private final Queue<byte[]> settled = new ConcurrentLinkedQueue<>();

  Settling(RedisConnections redis, RedisConfig config, Layout layout, byte[] consumer) {
    this.redis = redis;
    this.keys = layout.all();
    this.group = Keys.utf8(config.group());
    this.consumer = consumer;
    this.leaseMillis = Keys.number(config.lease().toMillis());
    this.settleArgs =
        List.of(
            group,
            consumer,
            Keys.utf8(config.resultType().name().toLowerCase(Locale.ROOT)),
            Keys.number(config.resultMaxLength()),
            Keys.number(config.dedupe().toMillis()));
  }

  /** Does each step whose delivery is still ours; returns the deliveries that are not. */
  List<Delivery> settle(List<Step> steps) {
    List<Delivery> lost = new ArrayList<>();
    for (List<Step> call : calls(openOnly(steps, lost), Step::size)) {
      List<byte[]> args = settleArgs(settledBefore());
      for (Step step : call) {
        addReceipt(args, step.delivery());
        args.add(Keys.utf8(step.action()));
        args.addAll(step.args());
      }
      for (int position : positions(redis.run(SETTLE, keys, args), call)) {
        lost.add(call.get(position).delivery());
      }
      for (Step step : call) {
        Receipt receipt = Receipt.of(step.delivery());
        receipt.close();
        if (receipt.source().isChannel()) {
          settled.add(receipt.id());
        }
      }
    }
    return lost;
  }

  private List<byte[]> settledBefore() {
    return Stream.generate(settled::poll)
        .limit(2 * CALL_DELIVERIES)
        .takeWhile(Objects::nonNull)
        .toList();
  }

  private List<byte[]> settleArgs(List<byte[]> settledBefore) {
    List<byte[]> args = new ArrayList<>(settleArgs);
    args.add(Keys.number(settledBefore.size()));
    args.addAll(settledBefore);
    return args;
  }

  /** Does each step as if its delivery were held, and leaves the delivery alone. */
  void store(List<Step> steps) {
    for (List<Step> call : calls(steps, Step::size)) {
      List<byte[]> args = settleArgs(List.of());
      for (Step step : call) {
        args.addAll(List.of(Keys.utf8("n"), Keys.number(0), NO_RECEIPT, Keys.utf8(step.action())));
        args.addAll(step.args());
      }
      positions(redis.run(SETTLE, keys, args), call);
    }
  }

  /** Those of the deliveries that were lost, counted from 0; throws if a result was refused. */
  private static List<Integer> positions(Object answer, List<Step> call) {
    List<Integer> positions = new ArrayList<>();
    for (Object position : (List<?>) answer) {
      long number = (Long) position;
      if (number < 0) {
        throw call.get(index(-number))
            .rejected("the list that its request names can't take it: it is a key of another kind");
      }
      positions.add(index(number));
    }
    return positions;
  }

  /** Hands those back that are still ours. */
  void release(List<Delivery> deliveries) {
    for (List<Delivery> call : calls(openOnly(deliveries), delivery -> 0)) {
      List<byte[]> args = new ArrayList<>(List.of(group, consumer));
      call.forEach(delivery -> addReceipt(args, delivery));
      redis.run(RELEASE, keys, args);
      call.forEach(delivery -> Receipt.of(delivery).close());
    }
  }

  /** Starts the leases anew of those that are still ours; returns the others. */
  List<Delivery> extend(List<Delivery> deliveries) {
    List<Delivery> lost = new ArrayList<>();
    List<Delivery> open = new ArrayList<>(deliveries.size());
    for (Delivery delivery : deliveries) {
      (Receipt.of(delivery).isOpen() ? open : lost).add(delivery);
    }
    for (List<Delivery> call : calls(open, delivery -> 0)) {
      List<byte[]> args = new ArrayList<>(List.of(group, consumer, leaseMillis));
      call.forEach(delivery -> addReceipt(args, delivery));
      for (Object position : (List<?>) redis.run(EXTEND, keys, args)) {
        Delivery gone = call.get(index((Long) position));
        Receipt.of(gone).close();
        lost.add(gone);
      }
    }
    return lost;
  }

  private static List<Step> openOnly(List<Step> steps, List<Delivery> lost) {
    List<Step> open = new ArrayList<>(steps.size());
    for (Step step : steps) {
      if (Receipt.of(step.delivery()).isOpen()) {
        open.add(step);
      } else {
        lost.add(step.delivery());
      }
    }
    return open;
  }

  private static List<Delivery> openOnly(List<Delivery> deliveries) {
    return deliveries.stream().filter(delivery -> Receipt.of(delivery).isOpen()).toList();
  }

  private static void addReceipt(List<byte[]> args, Delivery delivery) {
    Receipt receipt = Receipt.of(delivery);
    args.add(Keys.utf8(receipt.source().kind()));
    args.add(Keys.number(receipt.source().base()));
    args.add(receipt.id());
  }

  /** Redis counts from one. */
  private static int index(long position) {
    return Math.toIntExact(position) - 1;
  }

  private static <T> List<List<T>> calls(List<T> all, ToLongFunction<T> size) {
    List<List<T>> calls = new ArrayList<>();
    List<T> call = new ArrayList<>();
    long bytes = 0;
    for (T one : all) {
      long more = size.applyAsLong(one);
      if (!call.isEmpty() && (bytes + more > CALL_BYTES || call.size() == CALL_DELIVERIES)) {
        calls.add(call);
        call = new ArrayList<>();
        bytes = 0;
      }
      call.add(one);
      bytes += more;
    }
    if (!call.isEmpty()) {
      calls.add(call);
    }
    return calls;
  }
}
