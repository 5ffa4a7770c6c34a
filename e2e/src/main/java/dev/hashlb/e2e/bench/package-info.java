/**
 * The benchmarks on real packets: HashLB beside plain kernel routing, nftables, HAProxy and nginx, all over one path in one run, in
 * interleaved rounds. Ratios to plain routing are what counts; absolute figures are this machine's. Correctness is the suites' concern.
 */
@NullMarked
package dev.hashlb.e2e.bench;

import org.jspecify.annotations.NullMarked;
