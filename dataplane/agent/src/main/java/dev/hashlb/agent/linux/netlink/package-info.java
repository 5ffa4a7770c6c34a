/**
 * rtnetlink (rtnetlink(7)) spoken directly: links, addresses, routes, rules and per-device settings of one network
 * namespace. One message, one answer; a refusal carries the kernel's own words. Nothing here knows what HashLB wants:
 * that is {@code dev.hashlb.agent.host}.
 */
@NullMarked
package dev.hashlb.agent.linux.netlink;

import org.jspecify.annotations.NullMarked;
