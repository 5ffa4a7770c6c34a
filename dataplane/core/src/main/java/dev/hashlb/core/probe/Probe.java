package dev.hashlb.core.probe;

import dev.hashlb.core.neighbor.MacAddress;

/**
 * What one data plane tells another, several times a second.
 *
 * @param settled whether the sender counts itself among the routers that live
 * @param leaving whether it is about to stop in order
 * @param epoch a number that the sender drew when it started; never 0
 * @param sequence counts the sender's rounds since then, from 1; wraps
 * @param echoedEpoch the epoch of the receiver as the sender last heard it; 0 if it did not
 * @param echoedSequence the receiver's sequence likewise
 * @param routersDigest of the sender's list of live routers: {@link dev.hashlb.core.route.RouterList#digest}
 * @param vipsDigest of the VIPs that the sender knows of: {@link VipsDigest}
 * @param mac where the sender announces VIPs from; {@link MacAddress#NONE} if it does not
 */
public record Probe(
        boolean settled,
        boolean leaving,
        long epoch,
        int sequence,
        long echoedEpoch,
        int echoedSequence,
        long routersDigest,
        long vipsDigest,
        MacAddress mac) {}
