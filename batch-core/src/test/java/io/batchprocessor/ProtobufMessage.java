package io.batchprocessor;

import io.batchprocessor.message.Bytes;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * A message in Protocol Buffers' wire format, without its schema: fields by number. Of the wire
 * types it reads those that OTLP has: varint, 64 bits, 32 bits, and lengths.
 */
record ProtobufMessage(Map<Integer, List<Object>> fields) {

  static ProtobufMessage of(byte[] wire) {
    return new Reader(Bytes.wrap(wire)).message();
  }

  /** A nested message that is there once. */
  ProtobufMessage message(int field) {
    List<ProtobufMessage> messages = messages(field);
    if (messages.size() != 1) {
      throw new AssertionError("field " + field + " is there " + messages.size() + " times");
    }
    return messages.get(0);
  }

  List<ProtobufMessage> messages(int field) {
    return fields.getOrDefault(field, List.of()).stream()
        .map(value -> of(((Bytes) value).toByteArray()))
        .toList();
  }

  Bytes bytes(int field) {
    return (Bytes) single(field);
  }

  String text(int field) {
    return bytes(field).toUtf8();
  }

  long number(int field) {
    return (Long) single(field);
  }

  private Object single(int field) {
    List<Object> values = fields.getOrDefault(field, List.of());
    if (values.size() != 1) {
      throw new AssertionError("field " + field + " is there " + values.size() + " times");
    }
    return values.get(0);
  }

  private static final class Reader {
    private final Bytes wire;
    private int at;

    Reader(Bytes wire) {
      this.wire = wire;
    }

    ProtobufMessage message() {
      Map<Integer, List<Object>> fields = new TreeMap<>();
      while (at < wire.length()) {
        long tag = varint();
        fields
            .computeIfAbsent((int) (tag >> 3), key -> new ArrayList<>())
            .add(value((int) tag & 7));
      }
      return new ProtobufMessage(fields);
    }

    private Object value(int wireType) {
      return switch (wireType) {
        case 0 -> varint();
        case 1 -> fixed(8);
        case 2 -> {
          int length = (int) varint();
          at += length;
          yield wire.slice(at - length, at);
        }
        case 5 -> fixed(4);
        default -> throw new AssertionError("wire type " + wireType);
      };
    }

    private long varint() {
      long value = 0;
      for (int shift = 0; ; shift += 7) {
        byte next = wire.at(at++);
        value |= (long) (next & 0x7f) << shift;
        if (next >= 0) {
          return value;
        }
      }
    }

    private long fixed(int bytes) {
      long value = 0;
      for (int i = 0; i < bytes; i++) {
        value |= (wire.at(at++) & 0xffL) << (8 * i);
      }
      return value;
    }
  }
}
