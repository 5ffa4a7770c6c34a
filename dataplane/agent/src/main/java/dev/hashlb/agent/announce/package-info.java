/**
 * Answering for VIPs on the node's LAN by ARP and Neighbor Discovery: sockets and a thread. Which VIPs, and what is said, is {@code
 * core.announce}'s.
 */
@NullMarked
package dev.hashlb.agent.announce;

import org.jspecify.annotations.NullMarked;
