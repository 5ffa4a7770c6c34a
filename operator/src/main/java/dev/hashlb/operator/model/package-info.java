/**
 * What should be: from what the cluster shows ({@code ClusterView}) to a {@code Plan} of snapshot, statuses, events and ledger.
 * Everything here is a function of its arguments, the time included: no Kubernetes client, no clock, no thread.
 * Rules about declarations live in {@code core.declare}; here is what only a cluster can say.
 */
@NullMarked
package dev.hashlb.operator.model;

import org.jspecify.annotations.NullMarked;
