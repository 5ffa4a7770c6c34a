package dev.hashlb.core.select;

import dev.hashlb.core.address.Family;
import dev.hashlb.core.packet.Flow;
import dev.hashlb.core.snapshot.HashFields;

/** One of the two formulas with its N: from a flow to a slot. Immutable. */
public final class Formula {
    private final boolean fiveTuple;
    private final Modulus modulus;

    /**
     * @param fields what is added up
     * @param n the divisor, 1 to 131072
     */
    public Formula(HashFields fields, int n) {
        fiveTuple = fields == HashFields.FIVE_TUPLE;
        modulus = new Modulus(n);
    }

    /**
     * The slot of a flow, 0 to N − 1. The sum is the same for both directions, so the flow may be turned either way.
     *
     * @param servicePort the port at the service's end, which alone {@code SourceAndService} adds; {@code FiveTuple} ignores
     *     it, since it adds both ports of the flow or, for a fragment, none
     */
    public int slot(Flow flow, int servicePort) {
        long small =
                fiveTuple ? (long) flow.sourcePort() + flow.destinationPort() + flow.protocol() : (long) servicePort;
        if (flow.family() == Family.IPV4) {
            return modulus.remainder(flow.sourceLow() + flow.destinationLow() + small);
        }
        return modulus.remainder(
                flow.sourceHigh(), flow.sourceLow(), flow.destinationHigh(), flow.destinationLow(), small);
    }
}
