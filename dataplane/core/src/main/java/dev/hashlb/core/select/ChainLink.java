package dev.hashlb.core.select;

import dev.hashlb.core.snapshot.Interval;

/**
 * Why a server is in a bucket's owner chain: in this interval it had the highest score of all servers that still live.
 *
 * @param serverIndex the server's index in the balancer's list
 * @param interval the newest of its intervals in which it had
 * @param newestOwned the newest generation in which it had; chains are ordered by it, the newest first
 */
public record ChainLink(int serverIndex, Interval interval, long newestOwned) {}
