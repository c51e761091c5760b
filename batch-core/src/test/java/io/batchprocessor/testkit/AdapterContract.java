package io.batchprocessor.testkit;

/**
 * The whole kit for an adapter: implement it in a test class, and say what to test.
 *
 * {@snippet :
 * class MyAdapterKitIT implements AdapterContract {
 *   @Override
 *   public AdapterUnderTest adapter() {
 *     return AdapterUnderTest.of("my-adapter")
 *         .queues("my.queues", AdapterUnderTest.fresh("a"), AdapterUnderTest.fresh("b"))
 *         .shortLease("my.lease", Duration.ofSeconds(1))
 *         .build();
 *   }
 * }
 * }
 *
 * <p>There is one test for each numbered rule of the SPI. A rule that needs an ability which the
 * transport does not have, or something that {@link AdapterUnderTest} was not given, is skipped and
 * says why. {@code target/adapter-kit/my-adapter.md} lists the outcome of all.
 *
 * <p>What has to happen is waited for patiently, what must not happen too early is measured from
 * below: a slow machine makes no rule fail.
 */
public interface AdapterContract
    extends TransportContract,
        QueueProviderContract,
        RequestQueueContract,
        LeaseContract,
        RetryQueueContract,
        ResultQueueContract,
        DeadLetterQueueContract,
        SettlementContract,
        BacklogReporterContract,
        HealthCheckContract,
        CancellationContract,
        ProducerContract,
        InspectionContract,
        DeadLetterReviewContract {}
