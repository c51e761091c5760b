package io.batchprocessor.message;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CoderResult;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class Utf8Test {

  private static final int[] EDGES = {
    0x00, 0x7F, 0x80, 0x8F, 0x90, 0x9F, 0xA0, 0xBF, 0xC0, 0xC1, 0xC2, 0xDF, 0xE0, 0xE1, 0xEC, 0xED,
    0xEE, 0xEF, 0xF0, 0xF1, 0xF3, 0xF4, 0xF5, 0xF7, 0xF8, 0xFF
  };

  @Test
  void it_agrees_with_the_decoder_of_the_jdk_on_four_bytes_at_every_edge() {
    for (int first : EDGES) {
      for (int second : EDGES) {
        for (int third : EDGES) {
          for (int fourth : EDGES) {
            assertAgrees(
                new byte[] {(byte) first, (byte) second, (byte) third, (byte) fourth}, 0, 4);
          }
        }
      }
    }
  }

  @Test
  void it_agrees_with_the_decoder_of_the_jdk_on_every_two_bytes() {
    for (int pair = 0; pair < 1 << 16; pair++) {
      assertAgrees(new byte[] {(byte) (pair >> 8), (byte) pair}, 0, 2);
    }
  }

  @Property
  void it_agrees_with_the_decoder_of_the_jdk_anywhere_in_ascii(
      @ForAll @Size(min = 1, max = 5) byte[] intruder, @ForAll Random random) {
    byte[] text =
        "a text of ASCII that is longer than a few words of eight bytes"
            .getBytes(StandardCharsets.US_ASCII);
    int at = random.nextInt(text.length - intruder.length);
    System.arraycopy(intruder, 0, text, at, intruder.length);
    int from = random.nextInt(at + 1);

    assertAgrees(text, from, text.length - random.nextInt(text.length - at));
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "a", "ä", "€", "😀", "aä€😀\u0000"})
  void the_length_in_bytes_is_that_of_the_encoded_text(String text) {
    assertThat(Utf8.encodedLength(text)).isEqualTo(text.getBytes(StandardCharsets.UTF_8).length);
  }

  @ParameterizedTest
  @ValueSource(strings = {"\ud83d", "\ude00", "a\ud83d", "\ude00\ud83d", "\ud83d\ud83d\ude00"})
  void an_unpaired_surrogate_has_no_length(String text) {
    assertThat(Utf8.encodedLength(text)).isNegative();
  }

  private static void assertAgrees(byte[] bytes, int from, int to) {
    CharsetDecoder decoder = StandardCharsets.UTF_8.newDecoder();
    ByteBuffer in = ByteBuffer.wrap(bytes, from, to - from);
    CoderResult result = decoder.decode(in, CharBuffer.allocate(to - from), true);
    int expected = result.isError() ? in.position() - from : -1;

    int actual = Utf8.firstMalformed(Bytes.wrap(bytes).slice(from, to));

    if (actual != expected) {
      assertThat(actual).as("in %s", HexFormat.of().formatHex(bytes)).isEqualTo(expected);
    }
  }
}
