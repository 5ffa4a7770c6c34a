package dev.hashlb.core.packet;

/** IANA protocol numbers, as in IPv4's protocol and IPv6's next header field. */
public final class IpProtocol {
    public static final int ICMP = 1;
    public static final int TCP = 6;
    public static final int UDP = 17;
    public static final int ICMPV6 = 58;

    private IpProtocol() {}
}
