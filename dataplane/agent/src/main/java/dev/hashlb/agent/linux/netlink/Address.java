package dev.hashlb.agent.linux.netlink;

import dev.hashlb.core.address.IpAddress;

/**
 * An address of a device.
 *
 * @param linkIndex the device
 * @param address the address
 * @param prefixBits the length of its prefix
 * @param scope {@link #SCOPE_UNIVERSE} and its like (rtnetlink(7))
 * @param flags IFA_F_* bits
 */
public record Address(int linkIndex, IpAddress address, int prefixBits, int scope, int flags) {
    public static final int SCOPE_UNIVERSE = 0;
    public static final int SCOPE_LINK = 253;
    public static final int SCOPE_HOST = 254;

    /** No duplicate address detection (RFC 4862): the address is usable at once. */
    public static final int NO_DAD = 0x02;

    private static final int TEMPORARY = 0x01;
    private static final int DAD_FAILED = 0x08;
    private static final int DEPRECATED = 0x20;

    /** Whether packets may be sent to it from beyond the link, now and in a while: no temporary or deprecated address. */
    public boolean lastingAndGlobal() {
        boolean ipv6Temporary = address.family() == dev.hashlb.core.address.Family.IPV6 && (flags & TEMPORARY) != 0;
        return scope == SCOPE_UNIVERSE && !ipv6Temporary && (flags & (DAD_FAILED | DEPRECATED)) == 0;
    }
}
