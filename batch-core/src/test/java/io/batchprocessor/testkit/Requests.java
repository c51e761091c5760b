package io.batchprocessor.testkit;

import io.batchprocessor.message.Bytes;
import io.batchprocessor.message.RequestMessage;
import io.batchprocessor.message.ResultMessage;
import io.batchprocessor.spi.Delivery;
import io.batchprocessor.spi.Result;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

/** Requests with equal deadlines, and answers to them. */
final class Requests {

  private static final Instant DEADLINE = Instant.parse("2100-01-01T00:00:00Z");

  private Requests() {}

  static Bytes body(String id) {
    return RequestMessage.builder(id)
        .deadline(DEADLINE)
        .payload("{\"n\":12345678901234567890}")
        .build()
        .toJson();
  }

  /** A request of at least this many bytes. */
  static Bytes largeBody(String id, int bytes) {
    return RequestMessage.builder(id)
        .deadline(DEADLINE)
        .payload("{\"t\":\"" + "x".repeat(bytes) + "\"}")
        .build()
        .toJson();
  }

  static List<Bytes> bodies(List<String> ids) {
    return ids.stream().map(Requests::body).toList();
  }

  /** Ids 1, 2, 3, … */
  static List<String> ids(int count) {
    return IntStream.rangeClosed(1, count).mapToObj(i -> "r" + i).toList();
  }

  static String id(Delivery delivery) {
    return RequestMessage.parse(delivery.body(), Integer.MAX_VALUE).id();
  }

  static List<String> idsOf(List<Delivery> deliveries) {
    return new ArrayList<>(deliveries.stream().map(Requests::id).toList());
  }

  static Result answer(Delivery delivery) {
    return new Result(delivery, answer(id(delivery)));
  }

  static List<Result> answers(List<Delivery> deliveries) {
    return deliveries.stream().map(Requests::answer).toList();
  }

  /** An answer whose bytes an adapter that reads and writes JSON would change. */
  static ResultMessage answer(String id) {
    return ResultMessage.builder(id)
        .answer(200, Bytes.utf8("{\"z\": 1.0,\"a\":12345678901234567890, \"é\":\"\\u00e9\"}"))
        .attempts(1)
        .build();
  }

  /** An answer of at least this many bytes. */
  static Result largeAnswer(Delivery delivery, int bytes) {
    return new Result(
        delivery,
        ResultMessage.builder(id(delivery))
            .answer(200, Bytes.utf8("\"" + "x".repeat(bytes) + "\""))
            .attempts(1)
            .build());
  }
}
