package io.batchprocessor.examples.harvest;

/**
 * What one contender did to live traffic and for batch traffic, in the measured part of a run.
 *
 * @param ttftP50Nanos live time to first token, median
 * @param ttftP99Nanos its 99th percentile
 * @param itlP99Nanos live time between tokens, 99th percentile
 * @param liveRequests live requests that had a first token
 * @param liveShed live requests answered with 429
 * @param batchTokensPerSecond tokens of answered batch requests
 * @param finished batch requests answered
 * @param inTime of those, by their deadline
 * @param due batch requests whose deadline has passed
 * @param attempts attempts at batch requests that have ended and were not taken back
 * @param thrownAwayTokens prompt and answer tokens computed for batch requests that were aborted
 * @param workedTokens prompt and answer tokens computed for batch requests, all of them
 */
record RunResult(
    long ttftP50Nanos,
    long ttftP99Nanos,
    long itlP99Nanos,
    int liveRequests,
    int liveShed,
    double batchTokensPerSecond,
    long finished,
    long inTime,
    long due,
    long attempts,
    long thrownAwayTokens,
    long workedTokens) {

  double deadlineShare() {
    return due == 0 ? 1 : Math.min(1, (double) inTime / due);
  }

  double attemptsPerFinished() {
    return finished == 0 ? 0 : (double) attempts / finished;
  }

  double thrownAwayShare() {
    return workedTokens == 0 ? 0 : (double) thrownAwayTokens / workedTokens;
  }
}
