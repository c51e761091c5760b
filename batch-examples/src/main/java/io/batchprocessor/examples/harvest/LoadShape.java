package io.batchprocessor.examples.harvest;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.SplittableRandom;
import java.util.random.RandomGenerator;

/**
 * How live traffic comes: Poisson arrivals whose rate changes. A shape of mean 1 is scaled to the
 * mean load; where that would hold more than the engine can serve for long, it swings less.
 */
enum LoadShape {

  /** The same rate all the time. */
  STEADY(TokenMix.UNIFORM, 0) {
    @Override
    double[] rates(double load, int slices, RandomGenerator random) {
      return filled(slices, 1);
    }
  },

  /** Two days in an hour: a sine between 0.4 and 1.6 times the mean, its top at 95 % at most. */
  DAY(TokenMix.UNIFORM, 1) {
    @Override
    double[] rates(double load, int slices, RandomGenerator random) {
      double swing = Math.min(0.6, MOST_LOAD / load - 1);
      double[] rates = new double[slices];
      for (int i = 0; i < slices; i++) {
        rates[i] = 1 - swing * Math.cos(2 * Math.PI * i / SLICES_PER_DAY);
      }
      return rates;
    }
  },

  /**
   * Bursts of 4 s on average, once in 20 s, at 2.5 times the mean, or at 115 % of the capacity if
   * that is less: a Markov-modulated Poisson process with two states.
   */
  BURSTS(TokenMix.UNIFORM, 2) {
    @Override
    double[] rates(double load, int slices, RandomGenerator random) {
      double high = Math.min(2.5, BURST_LOAD / load);
      double low = (1 - BURST_SHARE * high) / (1 - BURST_SHARE);
      double[] rates = new double[slices];
      boolean burst = false;
      for (int i = 0; i < slices; i++) {
        rates[i] = burst ? high : low;
        double leaves = burst ? 1 / BURST_SLICES : BURST_SHARE / (1 - BURST_SHARE) / BURST_SLICES;
        burst ^= random.nextDouble() < leaves;
      }
      return rates;
    }
  },

  /** A steady rate, and once in a minute on average 15 requests within half a second. */
  SPIKES(TokenMix.UNIFORM, 3) {
    @Override
    double[] rates(double load, int slices, RandomGenerator random) {
      double[] rates = filled(slices, 1);
      for (int i = 0; i + SPIKE_SLICES < slices; i++) {
        if (random.nextDouble() < SPIKES_PER_SLICE) {
          for (int j = 0; j < SPIKE_SLICES; j++) {
            rates[i + j] = SPIKE;
          }
          i += SPIKE_SLICES;
        }
      }
      return rates;
    }
  },

  /** A steady rate of requests with long tails. */
  HEAVY_TAILED(TokenMix.LONG_TAILED, 4) {
    @Override
    double[] rates(double load, int slices, RandomGenerator random) {
      return filled(slices, 1);
    }
  };

  private static final double SLICE_SECONDS = 0.1;
  private static final int SLICES_PER_DAY = (int) (1_800 / SLICE_SECONDS);
  private static final double MOST_LOAD = 0.95;
  private static final double BURST_LOAD = 1.15;
  private static final double BURST_SHARE = 0.2;
  private static final double BURST_SLICES = 4 / SLICE_SECONDS;
  private static final double SPIKES_PER_SLICE = SLICE_SECONDS / 60;
  private static final int SPIKE_SLICES = (int) (0.5 / SLICE_SECONDS);

  /** Marks a slice of a spike: its rate does not depend on the load. */
  private static final double SPIKE = -1;

  private static final double SPIKE_PER_SECOND = 30;

  private final TokenMix mix;

  /** Tells the random numbers of one shape from those of another. */
  private final int salt;

  LoadShape(TokenMix mix, int salt) {
    this.mix = mix;
    this.salt = salt;
  }

  /** The rate in each tenth of a second, as a factor of the mean. */
  abstract double[] rates(double load, int slices, RandomGenerator random);

  /** How long its requests are, live and batch alike. */
  TokenMix mix() {
    return mix;
  }

  /** In tables: {@code heavy-tailed}. */
  String label() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  /**
   * Live requests in order, always the same for the same arguments.
   *
   * @param load mean share of the capacity that they need, above 0
   * @param capacityPerSecond requests that the engine serves in a second, if never idle
   */
  @SuppressWarnings("EnumOrdinal") // Only a number that tells the shapes' seeds apart.
  List<Arrival> arrivals(double load, double capacityPerSecond, Duration length, long seed) {
    SplittableRandom root = new SplittableRandom(seed * 31 + salt);
    RandomGenerator tokens = root.split();
    RandomGenerator times = root.split();
    int slices = (int) Math.ceil(length.toMillis() / 1e3 / SLICE_SECONDS);
    double[] rates = rates(load, slices, root.split());
    double perSlice = steady(rates, load * capacityPerSecond * SLICE_SECONDS);
    List<Arrival> arrivals = new ArrayList<>();
    double next = exponential(times);
    for (int i = 0; i < slices; i++) {
      double expected = rates[i] == SPIKE ? SPIKE_PER_SECOND * SLICE_SECONDS : rates[i] * perSlice;
      double at = 0;
      while (next <= expected - at) {
        at += next;
        double seconds = (i + at / expected) * SLICE_SECONDS;
        arrivals.add(mix.arrival((long) (seconds * 1e9), tokens));
        next = exponential(times);
      }
      next -= expected - at;
    }
    return arrivals;
  }

  /** The rate at factor 1 that keeps the mean once the spikes are in it. */
  private static double steady(double[] rates, double meanPerSlice) {
    double sum = 0;
    int spikes = 0;
    for (double rate : rates) {
      sum += Math.max(0, rate);
      spikes += rate == SPIKE ? 1 : 0;
    }
    double rest = meanPerSlice * rates.length - spikes * SPIKE_PER_SECOND * SLICE_SECONDS;
    return spikes == 0 ? meanPerSlice : rest / sum;
  }

  private static double exponential(RandomGenerator random) {
    return -Math.log(1 - random.nextDouble());
  }

  private static double[] filled(int slices, double rate) {
    double[] rates = new double[slices];
    Arrays.fill(rates, rate);
    return rates;
  }
}
