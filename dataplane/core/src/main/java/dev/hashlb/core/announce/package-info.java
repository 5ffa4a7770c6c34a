/**
 * Which router of a LAN tells clients where a VIP is, and when it may: computed by every node alike from the list of routers that
 * live, see docs/calculation.md. Pure: time is an argument, frames are the agent's to send.
 */
@NullMarked
package dev.hashlb.core.announce;

import org.jspecify.annotations.NullMarked;
