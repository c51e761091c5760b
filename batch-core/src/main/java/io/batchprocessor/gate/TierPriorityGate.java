package io.batchprocessor.gate;

import io.batchprocessor.spi.DispatchGate;
import io.batchprocessor.spi.Permit;
import io.batchprocessor.spi.RequestView;
import io.batchprocessor.spi.Verdict;
import io.batchprocessor.spi.YieldingGate;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What happens with a request when the pool is saturated, by its tier and by whether it is within
 * what was reserved for it:
 *
 * <table>
 *   <caption>While saturated</caption>
 *   <tr><th></th><th>interactive</th><th>async, batch, none</th></tr>
 *   <tr><td>reserved</td><td>waits</td><td>waits</td></tr>
 *   <tr><td>overflow</td><td>is dropped with status 429</td><td>goes back to the broker</td></tr>
 *   <tr><td>neither</td><td>goes back to the broker</td><td>goes back to the broker</td></tr>
 * </table>
 *
 * <p>Otherwise it goes, or waits for its turn. A gate inside says whether the pool is saturated: it
 * is if that gate does not let the request go, and is closed: its budget is 0. One that is only
 * full, or spreads starts, or waits for its first reading, lets the request wait. Another may say
 * what is reserved: a request for which that one has a permit is, any other is overflow. Without it
 * the queue's label decides, {@code reserved} or {@code overflow}. The table is that of
 * llm-d-async's gate {@code tier-priority-admission}.
 */
public final class TierPriorityGate implements YieldingGate {

  /** HTTP: too many requests (RFC 6585, 4). */
  private static final int TOO_MANY_REQUESTS = 429;

  private static final Verdict SATURATED = new Verdict.Wait(Duration.ofSeconds(1));
  private static final Verdict DROPPED =
      new Verdict.Drop(
          "the pool is saturated, and the request is beyond what is reserved for it",
          TOO_MANY_REQUESTS);

  private enum Share {
    RESERVED,
    OVERFLOW,
    NEITHER
  }

  private final DispatchGate saturation;
  private final @Nullable DispatchGate reserved;
  private final @Nullable Tier tier;
  private final String tierLabel;
  private final String shareLabel;
  private final Verdict release;

  private TierPriorityGate(Builder builder) {
    saturation = builder.saturation;
    reserved = builder.reserved;
    tier = builder.tier;
    tierLabel = builder.tierLabel;
    shareLabel = builder.shareLabel;
    release = new Verdict.Release(builder.releaseDelay);
  }

  /**
   * A gate to be built.
   *
   * @param saturation lets requests go unless the pool is saturated; closed with the gate
   */
  public static Builder builder(DispatchGate saturation) {
    return new Builder(saturation);
  }

  /** Such as {@code tier-priority(scrape)}. */
  @Override
  public String name() {
    return reserved == null
        ? "tier-priority(%s)".formatted(saturation.name())
        : "tier-priority(%s, %s)".formatted(saturation.name(), reserved.name());
  }

  @Override
  public Verdict tryAcquire(RequestView request) {
    Verdict claim = reserved == null ? null : reserved.tryAcquire(request);
    Permit claimed = claim instanceof Verdict.Go go ? go.permit() : null;
    boolean goes = false;
    try {
      Verdict verdict = saturation.tryAcquire(request);
      if (verdict instanceof Verdict.Go go) {
        goes = true;
        return claimed == null ? go : CompositeGate.both(claimed, go.permit());
      }
      if (verdict instanceof Verdict.Wait && !isSaturated()) {
        return verdict;
      }
      Share share =
          claim == null ? label(request) : claimed != null ? Share.RESERVED : Share.OVERFLOW;
      return whileSaturated(share, tier(request), verdict);
    } finally {
      if (!goes && claimed != null) {
        claimed.returnUnused();
      }
    }
  }

  private boolean isSaturated() {
    return saturation.budget() <= 0 && isKnown(saturation);
  }

  /** Whether a gate has tried to read what it goes by: before that it is closed whatever it is. */
  private static boolean isKnown(DispatchGate gate) {
    if (gate instanceof CompositeGate composite) {
      return composite.gates().stream().allMatch(TierPriorityGate::isKnown);
    }
    if (gate instanceof WaitOnReleaseGate waiting) {
      return isKnown(waiting.inside());
    }
    if (gate instanceof MeasuredGate measured) {
      return measured.isKnown();
    }
    return !(gate instanceof SloGate slo) || slo.isKnown();
  }

  private Verdict whileSaturated(Share share, Optional<Tier> tier, Verdict verdict) {
    if (share == Share.RESERVED) {
      return verdict instanceof Verdict.Wait ? verdict : SATURATED;
    }
    return share == Share.OVERFLOW && tier.equals(Optional.of(Tier.INTERACTIVE))
        ? DROPPED
        : release;
  }

  private Share label(RequestView request) {
    return switch (request.labels().getOrDefault(shareLabel, "")) {
      case "reserved" -> Share.RESERVED;
      case "overflow" -> Share.OVERFLOW;
      default -> Share.NEITHER;
    };
  }

  private Optional<Tier> tier(RequestView request) {
    return tier != null ? Optional.of(tier) : Tier.of(request.labels().getOrDefault(tierLabel, ""));
  }

  /**
   * That of the gate that tells of saturation, so that requests stay with the broker in place of
   * being handed back. 1 where interactive ones may be among them, as for all that is known if no
   * tier is set: what is to be dropped has to be taken first.
   */
  @Override
  public double budget() {
    return tier == null || tier == Tier.INTERACTIVE ? 1 : saturation.budget();
  }

  @Override
  public int excess() {
    return saturation instanceof YieldingGate yielding ? yielding.excess() : 0;
  }

  @Override
  public Map<String, Double> measurements() {
    return saturation.measurements();
  }

  @Override
  public void close() {
    CompositeGate.closeAll(reserved == null ? List.of(saturation) : List.of(saturation, reserved));
  }

  /** Builds a {@link TierPriorityGate}. */
  public static final class Builder {
    private final DispatchGate saturation;
    private @Nullable DispatchGate reserved;
    private @Nullable Tier tier;
    private String tierLabel = "tier";
    private String shareLabel = "share";
    private Duration releaseDelay = Duration.ofSeconds(1);

    private Builder(DispatchGate saturation) {
      this.saturation = Objects.requireNonNull(saturation, "saturation");
    }

    /** Has a permit for what is reserved; closed with the gate. Default: a label decides. */
    public Builder reserved(DispatchGate gate) {
      reserved = Objects.requireNonNull(gate, "gate");
      return this;
    }

    /** The tier of all requests. Default: a label of their queue. */
    public Builder tier(Tier tier) {
      this.tier = Objects.requireNonNull(tier, "tier");
      return this;
    }

    /** The queue's label that holds its tier; default {@code tier}. */
    public Builder tierLabel(String label) {
      tierLabel = Objects.requireNonNull(label, "label");
      return this;
    }

    /** The queue's label that says {@code reserved} or {@code overflow}; default {@code share}. */
    public Builder shareLabel(String label) {
      shareLabel = Objects.requireNonNull(label, "label");
      return this;
    }

    /** How long what goes back stays with the broker; default 1 s, not negative. */
    public Builder releaseDelay(Duration delay) {
      if (delay.isNegative()) {
        throw new IllegalArgumentException("releaseDelay must not be negative, is " + delay);
      }
      releaseDelay = delay;
      return this;
    }

    /** The gate. */
    public TierPriorityGate build() {
      return new TierPriorityGate(this);
    }
  }
}
