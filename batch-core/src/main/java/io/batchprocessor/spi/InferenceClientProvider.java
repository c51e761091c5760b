package io.batchprocessor.spi;

/** Makes {@link InferenceClient}s that a configuration names. */
public interface InferenceClientProvider extends Provider {

  /** Whether what it needs is on the class path; default true. */
  default boolean available() {
    return true;
  }

  /** Where several are available and none is named, the highest goes; default 0. */
  default int preference() {
    return 0;
  }

  /** Makes one. */
  InferenceClient create(InferenceClientContext context);
}
