/**
 * What the outside can see of a data plane: Prometheus text, liveness and readiness over HTTP. Reads counters; never touches
 * the packet path.
 */
@NullMarked
package dev.hashlb.agent.metrics;

import org.jspecify.annotations.NullMarked;
