package dev.hashlb.agent.cli.echo;

import dev.hashlb.core.address.Family;
import dev.hashlb.core.address.IpAddress;
import java.net.InetSocketAddress;

/** Socket addresses as a person writes them. */
final class EchoAddress {
    private EchoAddress() {}

    /** The address in its canonical text, that of IPv6 in brackets. */
    static String of(InetSocketAddress address) {
        IpAddress ip = ip(address);
        return ip.family() == Family.IPV6 ? "[" + ip + "]" : ip.toString();
    }

    static IpAddress ip(InetSocketAddress address) {
        return IpAddress.of(address.getAddress().getAddress());
    }
}
