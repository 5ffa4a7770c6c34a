/**
 * The effects: informers and reconciler make a {@code ClusterView}, a plan becomes ledger, snapshot, statuses and events.
 * Nothing is decided here that {@code model} could decide.
 */
@NullMarked
package dev.hashlb.operator.cluster;

import org.jspecify.annotations.NullMarked;
