package io.batchprocessor.gcp.pubsub;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * A subscription as it was found at start.
 *
 * @param queue the name that deliveries carry
 * @param name the full name
 * @param topic the full name of its topic; null if we may not look
 * @param ackDeadline the lease that the broker gives at first; zero if we may not look
 * @param exactlyOnce whether the broker confirms acknowledgements and refuses those that come too
 *     late; true also if we may not look, which costs a call for each pull and is right either way
 * @param ordered whether messages with one ordering key come in order; true also if we may not look
 * @param counted whether the broker counts deliveries: it does for a subscription with a
 *     dead-letter policy
 */
record Source(
    String queue,
    String name,
    @Nullable String topic,
    Duration ackDeadline,
    boolean exactlyOnce,
    boolean ordered,
    boolean counted) {}
