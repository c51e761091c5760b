package io.batchprocessor.examples.bench;

import static org.assertj.core.api.Assertions.assertThat;

import io.batchprocessor.examples.bench.HttpRequestScanner.Found;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class HttpRequestScannerTest {

  @Test
  void a_request_without_a_body_ends_with_its_head() {
    assertThat(scan("GET / HTTP/1.1\r\nHost: a\r\n\r\n")).isEqualTo(Found.REQUEST);
    assertThat(scan("GET / HTTP/1.1\r\nHost: a\r\n\r")).isEqualTo(Found.MORE);
  }

  @Test
  void a_request_with_a_body_ends_with_its_last_byte() {
    assertThat(scan("POST / HTTP/1.1\r\ncontent-LENGTH:  5 \r\n\r\n12345"))
        .isEqualTo(Found.REQUEST);
    assertThat(scan("POST / HTTP/1.1\r\nContent-Length: 5\r\n\r\n1234")).isEqualTo(Found.MORE);
  }

  @Test
  void the_last_request_of_a_connection_is_told() {
    assertThat(scan("GET / HTTP/1.1\r\nconnection: Close\r\n\r\n")).isEqualTo(Found.LAST_REQUEST);
    assertThat(scan("GET / HTTP/1.0\r\n\r\n")).isEqualTo(Found.LAST_REQUEST);
    assertThat(scan("GET / HTTP/1.1\r\nConnection: keep-alive\r\n\r\n")).isEqualTo(Found.REQUEST);
  }

  @Test
  void what_it_cannot_frame_is_invalid() {
    assertThat(scan("POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"))
        .isEqualTo(Found.INVALID);
    assertThat(scan("POST / HTTP/1.1\r\nContent-Length: x\r\n\r\n")).isEqualTo(Found.INVALID);
    assertThat(scan("POST / HTTP/1.1\r\nContent-Length: -1\r\n\r\n")).isEqualTo(Found.INVALID);
    assertThat(scan("\r\n\r\n")).isEqualTo(Found.LAST_REQUEST);
    assertThat(scan("x".repeat(HttpRequestScanner.MAX_HEAD_BYTES + 1))).isEqualTo(Found.INVALID);
  }

  @Test
  void however_the_bytes_arrive_the_same_requests_are_found() {
    StringBuilder stream = new StringBuilder();
    for (int i = 0; i < 50; i++) {
      String body = "\r\n\r\n".repeat(i % 4) + "GET / HTTP/1.1".repeat(i % 3);
      stream.append("POST /p HTTP/1.1\r\nHost: a\r\nContent-Length: ").append(body.length());
      stream.append("\r\nX: y\r\n\r\n").append(body);
    }
    byte[] bytes = stream.toString().getBytes(StandardCharsets.US_ASCII);
    for (long seed = 0; seed < 200; seed++) {
      SplittableRandom random = new SplittableRandom(seed);
      HttpRequestScanner scanner = new HttpRequestScanner();
      byte[] unread = {};
      int found = 0;
      int sent = 0;
      while (sent < bytes.length) {
        int piece = Math.min(bytes.length - sent, 1 + random.nextInt(1 + (int) seed * 5));
        byte[] arrived = Arrays.copyOf(unread, unread.length + piece);
        System.arraycopy(bytes, sent, arrived, unread.length, piece);
        sent += piece;
        int from = 0;
        while (from < arrived.length && scanner.scan(arrived, from, arrived.length) != Found.MORE) {
          found++;
          from = scanner.position();
        }
        unread = Arrays.copyOfRange(arrived, scanner.position(), arrived.length);
      }
      assertThat(found).as("seed %d", seed).isEqualTo(50);
    }
  }

  private static Found scan(String text) {
    byte[] bytes = text.getBytes(StandardCharsets.US_ASCII);
    return new HttpRequestScanner().scan(bytes, 0, bytes.length);
  }
}
