/**
 * How hosts of one LAN find out each other's MAC addresses: the messages of ARP (RFC 826) and of IPv6 Neighbor Discovery (RFC
 * 4861) as values, read from Ethernet frames and written to them. What is to be said to whom is decided in {@code announce}.
 */
@NullMarked
package dev.hashlb.core.neighbor;

import org.jspecify.annotations.NullMarked;
