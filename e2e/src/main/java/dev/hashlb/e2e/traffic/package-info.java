/**
 * Traffic that is watched: thousands of connections that last, with every byte checked, their servers, requests in between, and floods. The
 * suites and the benchmarks put it on a lab; what becomes of it is theirs to judge. Nothing here knows HashLB.
 */
@NullMarked
package dev.hashlb.e2e.traffic;

import org.jspecify.annotations.NullMarked;
