/** What balancers keep and lose when servers and routers change: the same events for each, in one run, and the state that each holds for it. */
@NullMarked
package dev.hashlb.e2e.bench.continuity;

import org.jspecify.annotations.NullMarked;
