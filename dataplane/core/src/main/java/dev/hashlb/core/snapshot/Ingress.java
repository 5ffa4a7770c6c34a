package dev.hashlb.core.snapshot;

/**
 * How packets come in, and how the calculation names a router where it has to: under {@link IngressMode#SELF_SELECT} for every packet,
 * under {@link ReturnMode#GATEWAY} for every reply.
 *
 * @param mode which routers receive and handle packets
 * @param fields what is added up to choose the router
 * @param table what turns the slot into a router
 */
public record Ingress(IngressMode mode, HashFields fields, TableKind table) {
    public static final Ingress ANY_NODE = of(IngressMode.ANY_NODE);

    /** A mode with the default choice. */
    public static Ingress of(IngressMode mode) {
        return new Ingress(mode, HashFields.FIVE_TUPLE, TableKind.STABLE);
    }

    public boolean selfSelect() {
        return mode == IngressMode.SELF_SELECT;
    }
}
