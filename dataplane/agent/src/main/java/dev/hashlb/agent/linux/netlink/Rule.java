package dev.hashlb.agent.linux.netlink;

import dev.hashlb.core.address.Cidr;
import dev.hashlb.core.address.Family;
import dev.hashlb.core.address.IpAddress;
import org.jspecify.annotations.Nullable;

/**
 * A policy rule (ip-rule(8)) that looks up a table.
 *
 * @param family the rules of which family it belongs to
 * @param priority lower first; 0 is the kernel's own rule for the local table
 * @param from the source address it asks for, or null for any
 * @param to the destinations it asks for, or null for any
 * @param inputDevice the device's name it asks for ({@code lo}: the namespace's own packets), or null
 * @param mark the packet's mark it asks for, 0 for any
 * @param table the table it looks up
 * @param protocol who made it (RTPROT_*)
 */
public record Rule(
        Family family,
        int priority,
        @Nullable IpAddress from,
        @Nullable Cidr to,
        @Nullable String inputDevice,
        int mark,
        int table,
        int protocol) {
    public Rule {
        to = to != null && to.lengthBits() == 0 ? null : to;
    }

    /** RTPROT_KERNEL: there from the start. */
    public static final int PROTOCOL_KERNEL = 2;

    /** The rule for the local table as the kernel makes it, at another priority. */
    public static Rule local(Family family, int priority, int protocol) {
        return new Rule(family, priority, null, null, null, 0, Route.TABLE_LOCAL, protocol);
    }

    /** Whether it sends every packet to the local table. */
    public boolean isPlainLocal() {
        return table == Route.TABLE_LOCAL && from == null && to == null && inputDevice == null && mark == 0;
    }
}
