package dev.hashlb.agent.linux.netlink;

import dev.hashlb.core.address.Family;

/** Linux's numbers of address families (socket.h). */
final class AddressFamily {
    private static final int AF_INET = 2;
    private static final int AF_INET6 = 10;

    private AddressFamily() {}

    static int number(Family family) {
        return family == Family.IPV4 ? AF_INET : AF_INET6;
    }

    static Family of(int number) {
        return switch (number) {
            case AF_INET -> Family.IPV4;
            case AF_INET6 -> Family.IPV6;
            default -> throw new IllegalArgumentException("address family " + number + " is neither IPv4 nor IPv6");
        };
    }
}
