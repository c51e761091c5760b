package io.batchprocessor.examples.harvest;

import java.util.List;

/**
 * What one contender did to live traffic and for batch traffic in real time, in the measured part
 * of a run.
 *
 * @param ttftP50Nanos live time to first token as the gateway tells it, median
 * @param ttftP99Nanos its 99th percentile
 * @param arrived the live requests that were answered in the whole run, when the engine had them
 * @param liveUnanswered live requests that were not, in the whole run
 * @param lateP99Nanos how much later than planned live requests were sent, 99th percentile
 * @param outsideP99Nanos what an answer took beyond the engine's time: HTTP, threads, this machine;
 *     99th percentile
 * @param batchTokensPerSecond tokens of batch results
 * @param finished batch results with an answer
 * @param inTime of those, by their deadline
 * @param dispatched attempts begun
 */
record RealTimeResult(
    long ttftP50Nanos,
    long ttftP99Nanos,
    List<Arrival> arrived,
    int liveUnanswered,
    long lateP99Nanos,
    long outsideP99Nanos,
    double batchTokensPerSecond,
    long finished,
    long inTime,
    long dispatched) {}
