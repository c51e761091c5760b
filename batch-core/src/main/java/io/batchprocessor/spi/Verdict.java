package io.batchprocessor.spi;

import java.time.Duration;
import java.util.Objects;

/** A {@link DispatchGate}'s answer. */
public sealed interface Verdict {

  /** What there is to decide, for those who count. */
  enum Kind {
    /** {@link Verdict.Go}. */
    GO,
    /** {@link Verdict.Wait}. */
    WAIT,
    /** {@link Verdict.Release}. */
    RELEASE,
    /** {@link Verdict.Drop}. */
    DROP
  }

  /** Which of the four it is. */
  Kind kind();

  /**
   * The request may go.
   *
   * @param permit released when the attempt has ended
   */
  record Go(Permit permit) implements Verdict {
    /** Refuses null. */
    public Go {
      Objects.requireNonNull(permit, "permit");
    }

    @Override
    public Kind kind() {
      return Kind.GO;
    }
  }

  /**
   * Not now.
   *
   * @param atMost when to ask again at the latest; positive
   * @param alone whether only this one has to wait and the gate may let others of its queue go, as
   *     when one tenant's quota is spent
   */
  record Wait(Duration atMost, boolean alone) implements Verdict {
    /** Checks the range. */
    public Wait {
      if (atMost.isNegative() || atMost.isZero()) {
        throw new IllegalArgumentException("atMost must be positive, is " + atMost);
      }
    }

    /** Not now, and perhaps others not either. */
    public Wait(Duration atMost) {
      this(atMost, false);
    }

    /** Not this one, yet perhaps others of its queue. */
    public static Wait alone(Duration atMost) {
      return new Wait(atMost, true);
    }

    @Override
    public Kind kind() {
      return Kind.WAIT;
    }
  }

  /**
   * Not here: back to the broker.
   *
   * @param delay how long it should stay there; not negative
   */
  record Release(Duration delay) implements Verdict {
    /** Checks the range. */
    public Release {
      if (delay.isNegative()) {
        throw new IllegalArgumentException("delay must not be negative, is " + delay);
      }
    }

    @Override
    public Kind kind() {
      return Kind.RELEASE;
    }
  }

  /**
   * Never: the request ends.
   *
   * @param reason reaches the producer as the result's error
   * @param statusCode reaches the producer as the result's status, as if the gateway had answered
   *     so; 0 for none
   */
  record Drop(String reason, int statusCode) implements Verdict {
    /** Refuses null, and what is no HTTP status. */
    public Drop {
      Objects.requireNonNull(reason, "reason");
      if (statusCode != 0 && (statusCode < 100 || statusCode > 599)) {
        throw new IllegalArgumentException(
            "statusCode must be 0 or from 100 to 599, is " + statusCode);
      }
    }

    /** Without a status. */
    public Drop(String reason) {
      this(reason, 0);
    }

    @Override
    public Kind kind() {
      return Kind.DROP;
    }
  }
}
