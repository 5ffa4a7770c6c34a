package dev.hashlb.agent.host;

import dev.hashlb.core.address.Cidr;
import dev.hashlb.core.address.Family;
import dev.hashlb.core.address.IpAddress;
import dev.hashlb.core.snapshot.Delivery;
import dev.hashlb.core.snapshot.ReturnMode;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/**
 * What one network namespace with servers needs, all its balancers together. Equal plans need no work.
 *
 * @param networkNamespace the path of the file that names it
 * @param podAddresses the server's own addresses, at most one for each family; of a missing one, that of the default
 *     route's device is taken. Used by {@code NAT} and by the server's own connections to its VIPs
 * @param translations the ports served, in any order
 * @param egress where it opens connections to that go through routers
 * @param uplinkMtuBytes the MTU of the nodes' uplinks
 * @param tunnelOverheadBytes what the tunnel adds to a packet: 72 over IPv4, 92 over IPv6
 */
public record PodPlan(
        String networkNamespace,
        List<IpAddress> podAddresses,
        List<PortTranslation> translations,
        List<Cidr> egress,
        int uplinkMtuBytes,
        int tunnelOverheadBytes) {

    private static final Comparator<PortTranslation> ORDER = Comparator.comparing(PortTranslation::vip)
            .thenComparing(PortTranslation::protocol)
            .thenComparingInt(PortTranslation::port);

    public PodPlan {
        if (networkNamespace.isEmpty() || networkNamespace.chars().anyMatch(c -> c < ' ')) {
            throw new IllegalArgumentException(
                    "network namespace '" + networkNamespace + "' must be a path without control characters");
        }
        podAddresses = podAddresses.stream().distinct().sorted().toList();
        translations = translations.stream().distinct().sorted(ORDER).toList();
        egress = egress.stream()
                .distinct()
                .sorted(Comparator.comparing(Cidr::address).thenComparingInt(Cidr::lengthBits))
                .toList();
    }

    /** A plan without {@code egress}. */
    public PodPlan(
            String networkNamespace,
            List<IpAddress> podAddresses,
            List<PortTranslation> translations,
            int uplinkMtuBytes,
            int tunnelOverheadBytes) {
        this(networkNamespace, podAddresses, translations, List.of(), uplinkMtuBytes, tunnelOverheadBytes);
    }

    List<Cidr> egress(Family family) {
        return egress.stream().filter(p -> p.family() == family).toList();
    }

    /**
     * The MTU of the TUN: the uplink's, or what is left of it by the tunnel where replies go through that, so that the server's kernel makes
     * packets which fit.
     */
    int deviceMtuBytes() {
        boolean byTunnel =
                !egress.isEmpty() || translations.stream().anyMatch(t -> t.returnMode() == ReturnMode.GATEWAY);
        return byTunnel ? uplinkMtuBytes - tunnelOverheadBytes : uplinkMtuBytes;
    }

    /** The VIPs of a family, in order. */
    List<IpAddress> vips(Family family) {
        return translations.stream()
                .map(PortTranslation::vip)
                .filter(v -> v.family() == family)
                .distinct()
                .toList();
    }

    /** The VIPs of a family that are addresses of the namespace's {@code lo}. */
    List<IpAddress> addressVips(Family family) {
        return vips(family, Delivery.ADDRESS);
    }

    /** The VIPs of a family that the namespace's kernel translates for some port. */
    List<IpAddress> natVips(Family family) {
        return vips(family, Delivery.NAT);
    }

    private List<IpAddress> vips(Family family, Delivery delivery) {
        return translations.stream()
                .filter(t -> t.delivery() == delivery && t.vip().family() == family)
                .map(PortTranslation::vip)
                .distinct()
                .toList();
    }

    /** Whether a VIP's replies leave by the TUN. */
    boolean returnsByTun(IpAddress vip) {
        return translations.stream().anyMatch(t -> t.vip().equals(vip) && t.returnMode() != ReturnMode.DIRECT);
    }

    Optional<IpAddress> podAddress(Family family) {
        return podAddresses.stream().filter(a -> a.family() == family).findFirst();
    }

    /** The largest TCP segment whose packet still fits into the tunnel, in bytes, without options. */
    int mssBytes(Family family) {
        int headers = family == Family.IPV4 ? 20 + 20 : 40 + 20;
        return uplinkMtuBytes - tunnelOverheadBytes - headers;
    }
}
