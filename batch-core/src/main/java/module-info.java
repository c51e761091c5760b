/** Interfaces, engine, in-memory queues and HTTP clients of the batch processor. */
@SuppressWarnings("requires-automatic")
module io.batchprocessor.core {
  requires com.fasterxml.jackson.core;
  requires com.fasterxml.jackson.databind;
  requires java.net.http;
  requires jdk.net; // httpcore5 looks for it, and as an automatic module can't say so
  requires org.slf4j;
  requires static org.apache.httpcomponents.client5.httpclient5;
  requires static org.apache.httpcomponents.core5.httpcore5;
  requires static org.apache.httpcomponents.core5.httpcore5.h2;
  requires static io.opentelemetry.api;
  requires static io.opentelemetry.context;
  requires static micrometer.core;
  requires static org.jspecify;

  exports io.batchprocessor;
  exports io.batchprocessor.gate;
  exports io.batchprocessor.memory;
  exports io.batchprocessor.message;
  exports io.batchprocessor.metrics;
  exports io.batchprocessor.policy;
  exports io.batchprocessor.spi;
  exports io.batchprocessor.tracing;

  uses io.batchprocessor.spi.BackoffStrategyProvider;
  uses io.batchprocessor.spi.BatchListenerProvider;
  uses io.batchprocessor.spi.DispatchGateProvider;
  uses io.batchprocessor.spi.InferenceClientProvider;
  uses io.batchprocessor.spi.MergePolicyProvider;
  uses io.batchprocessor.spi.QueueProvider;
  uses io.batchprocessor.spi.RequestTransformProvider;

  provides io.batchprocessor.spi.BackoffStrategyProvider with
      io.batchprocessor.policy.BackoffStrategyProviders.ExponentialProvider,
      io.batchprocessor.policy.BackoffStrategyProviders.FixedProvider;
  provides io.batchprocessor.spi.BatchListenerProvider with
      io.batchprocessor.metrics.MicrometerListenerProvider,
      io.batchprocessor.tracing.OpenTelemetryListenerProvider;
  provides io.batchprocessor.spi.DispatchGateProvider with
      io.batchprocessor.gate.GateProviders.ConstantProvider,
      io.batchprocessor.gate.GateProviders.MaxConcurrencyProvider,
      io.batchprocessor.gate.GateProviders.RateProvider,
      io.batchprocessor.gate.GateProviders.CompositeProvider,
      io.batchprocessor.gate.GateProviders.WaitOnReleaseProvider,
      io.batchprocessor.gate.GateProviders.TierPriorityProvider,
      io.batchprocessor.gate.MetricGateProviders.ScrapeProvider,
      io.batchprocessor.gate.MetricGateProviders.PrometheusProvider,
      io.batchprocessor.gate.PoolGateProviders.SaturationProvider,
      io.batchprocessor.gate.PoolGateProviders.BudgetProvider,
      io.batchprocessor.gate.LearningGateProviders.AdaptiveProvider,
      io.batchprocessor.gate.LearningGateProviders.SloProvider;
  provides io.batchprocessor.spi.InferenceClientProvider with
      io.batchprocessor.http.ApacheInferenceClientProvider,
      io.batchprocessor.http.JdkInferenceClientProvider;
  provides io.batchprocessor.spi.MergePolicyProvider with
      io.batchprocessor.policy.MergePolicyProviders.RandomRobinProvider,
      io.batchprocessor.policy.MergePolicyProviders.RoundRobinProvider,
      io.batchprocessor.policy.MergePolicyProviders.WeightedProvider,
      io.batchprocessor.policy.MergePolicyProviders.PriorityProvider,
      io.batchprocessor.policy.MergePolicyProviders.EarliestDeadlineProvider;
  provides io.batchprocessor.spi.QueueProvider with
      io.batchprocessor.memory.MemoryQueueProvider;
  provides io.batchprocessor.spi.RequestTransformProvider with
      io.batchprocessor.transform.RequestTransformProviders.ModelOverrideProvider,
      io.batchprocessor.transform.RequestTransformProviders.SignedUrlMultipartProvider;
}
