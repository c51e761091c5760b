package io.batchprocessor.examples.gateway;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Set;
import org.apache.hc.core5.http.ContentType;
import org.apache.hc.core5.http.nio.AsyncEntityProducer;
import org.apache.hc.core5.http.nio.DataStreamChannel;
import org.jspecify.annotations.Nullable;

/**
 * A body of known length that is sent no further than it was released: whole at once, or piece by
 * piece. Thread-safe.
 */
final class PacedBody implements AsyncEntityProducer {
  private final ByteBuffer bytes;
  private final ContentType contentType;
  private @Nullable DataStreamChannel channel;

  /** A body of which nothing is released yet. */
  PacedBody(byte[] bytes, ContentType contentType) {
    this.bytes = ByteBuffer.wrap(bytes).limit(0);
    this.contentType = contentType;
  }

  /** Lets so many bytes from the beginning go, and no less than before. */
  void releaseUpTo(int length) {
    DataStreamChannel waiting;
    synchronized (this) {
      bytes.limit(Math.max(bytes.limit(), Math.min(length, bytes.capacity())));
      waiting = channel;
    }
    if (waiting != null) {
      waiting.requestOutput();
    }
  }

  int length() {
    return bytes.capacity();
  }

  @Override
  public synchronized int available() {
    return bytes.remaining();
  }

  @Override
  public synchronized void produce(DataStreamChannel to) throws IOException {
    channel = to;
    if (bytes.hasRemaining()) {
      to.write(bytes);
    }
    if (bytes.position() == bytes.capacity()) {
      to.endStream(List.of());
    }
  }

  @Override
  public boolean isRepeatable() {
    return false;
  }

  @Override
  public long getContentLength() {
    return bytes.capacity();
  }

  @Override
  public String getContentType() {
    return contentType.toString();
  }

  @Override
  public @Nullable String getContentEncoding() {
    return null;
  }

  @Override
  public boolean isChunked() {
    return false;
  }

  @Override
  public Set<String> getTrailerNames() {
    return Set.of();
  }

  @Override
  public void failed(Exception cause) {}

  @Override
  public synchronized void releaseResources() {
    channel = null;
  }
}
