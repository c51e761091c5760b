package io.batchprocessor.message;

@SuppressWarnings("DoNotCallSuggester")
final class ResultCodec {
  private ResultCodec() {}

  static ResultMessage parse(Bytes json) {
    throw new UnsupportedOperationException();
  }

  static Bytes write(ResultMessage result) {
    throw new UnsupportedOperationException();
  }

  static Bytes asJson(Bytes body) {
    throw new UnsupportedOperationException();
  }
}
