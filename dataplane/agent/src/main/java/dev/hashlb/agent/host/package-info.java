/**
 * Everything that HashLB puts on a host and into the servers' network namespaces, and how it is taken away again: the TUN
 * devices, VIP routes and addresses, policy rules, nftables and settings. {@link dev.hashlb.agent.host.HostFootprint} lists
 * it. Plans (records) say what should be; {@code *Ruleset} classes are pure; the rest makes it so. No packet passes here.
 */
@NullMarked
package dev.hashlb.agent.host;

import org.jspecify.annotations.NullMarked;
