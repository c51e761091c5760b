package io.batchprocessor.message;

@SuppressWarnings("DoNotCallSuggester")
final class RequestCodec {
  private RequestCodec() {}

  static RequestMessage parse(Bytes json, int maxBytes) {
    throw new UnsupportedOperationException();
  }

  static Bytes write(RequestMessage request) {
    throw new UnsupportedOperationException();
  }
}
