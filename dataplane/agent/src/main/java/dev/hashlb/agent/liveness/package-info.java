/**
 * Which data planes live: probes sent to every peer and heard from them, on a thread of its own. What is concluded from them is
 * {@code core.probe}'s; who uses it is {@code run}'s.
 */
@NullMarked
package dev.hashlb.agent.liveness;

import org.jspecify.annotations.NullMarked;
