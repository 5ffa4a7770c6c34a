package dev.hashlb.agent.linux.netlink;

/**
 * Per-device IPv4 settings that netlink can set (IFLA_INET_CONF), also where {@code /proc/sys} is read-only. The ids are
 * those of {@code enum} in {@code linux/ip.h}; names are those under {@code /proc/sys/net/ipv4/conf/DEVICE}.
 */
public enum Devconf {
    FORWARDING(1),
    RP_FILTER(8),
    ARP_ANNOUNCE(18),
    ARP_IGNORE(19),
    ACCEPT_LOCAL(23);

    private final int id;

    Devconf(int id) {
        this.id = id;
    }

    int id() {
        return id;
    }

    /** The name of the setting's file under {@code /proc/sys/net/ipv4/conf/DEVICE}. */
    public String sysctlName() {
        return name().toLowerCase(java.util.Locale.ROOT);
    }
}
