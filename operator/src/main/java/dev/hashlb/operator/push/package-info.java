/**
 * The operator's side of docs/protocol.md: one session for each data plane's stream, changes gathered and never lost, each
 * resource encoded once for all streams, refusals told to whoever plans.
 *
 * <p>A session is pure: events and times in, effects out ({@link dev.hashlb.operator.push.Session}). gRPC stands at the edge.
 * No Kubernetes here: who a caller is comes from {@code identity}, what is pushed from {@code model} and {@code cluster}.
 */
@NullMarked
package dev.hashlb.operator.push;

import org.jspecify.annotations.NullMarked;
