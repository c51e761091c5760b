/** Interfaces, engine, in-memory queues and HTTP clients of the batch processor. */
@SuppressWarnings("requires-automatic")
module io.batchprocessor.core {
  requires com.fasterxml.jackson.core;
  requires com.fasterxml.jackson.databind;
  requires java.net.http;
  requires org.slf4j;
  requires static org.apache.httpcomponents.client5.httpclient5;
  requires static org.apache.httpcomponents.core5.httpcore5;
  requires static org.apache.httpcomponents.core5.httpcore5.h2;
  requires static transitive org.jspecify;

  exports io.batchprocessor;
  exports io.batchprocessor.message;
  exports io.batchprocessor.spi;

  uses io.batchprocessor.spi.InferenceClientProvider;

  provides io.batchprocessor.spi.InferenceClientProvider with
      io.batchprocessor.http.ApacheInferenceClientProvider,
      io.batchprocessor.http.JdkInferenceClientProvider;
}
