/**
 * The data plane fed by the operator: docs/protocol.md's client. Every byte that comes from the stream is judged before it is
 * used; what is refused changes nothing and is answered with a reason. Nothing else of the agent knows gRPC or protobuf, and none
 * of their classes is loaded but by {@code hashlb agent}.
 */
@NullMarked
package dev.hashlb.agent.control;

import org.jspecify.annotations.NullMarked;
