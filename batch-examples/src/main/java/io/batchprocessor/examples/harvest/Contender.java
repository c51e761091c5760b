package io.batchprocessor.examples.harvest;

import io.batchprocessor.spi.DispatchGate;
import java.util.function.LongSupplier;

/** One way to decide when batch requests go. */
interface Contender {

  /** In tables. */
  String name();

  /** Begins anew on a gateway. */
  Control start(VirtualGateway gateway, LongSupplier ticker);

  /** A gate, and what it has to be told beside the ends of attempts. */
  interface Control {

    /** The gate itself. */
    DispatchGate gate();

    /** How often it reads the gateway's metrics; 0: never. */
    default long scrapeNanos() {
      return 0;
    }

    /** It is time to read them. */
    default void scrape() {}

    /** Whether it is asked at the last instant before every step, as only an oracle can be. */
    default boolean asksBeforeSteps() {
      return false;
    }
  }
}
