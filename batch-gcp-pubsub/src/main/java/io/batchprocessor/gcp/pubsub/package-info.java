/**
 * The transport {@code gcp-pubsub}, over Google Cloud Pub/Sub.
 *
 * <p>Needed by whoever puts {@code gcp-pubsub} into a configuration: the provider is found through
 * {@link java.util.ServiceLoader}, and nothing else is public.
 */
@NullMarked
package io.batchprocessor.gcp.pubsub;

import org.jspecify.annotations.NullMarked;
