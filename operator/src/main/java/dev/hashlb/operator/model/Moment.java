package dev.hashlb.operator.model;

import java.time.Instant;

/**
 * When a plan is made.
 *
 * @param wall for people and for conditions
 * @param millis of a clock that never goes back, for waiting
 */
public record Moment(Instant wall, long millis) {}
