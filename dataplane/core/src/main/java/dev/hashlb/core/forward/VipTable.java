package dev.hashlb.core.forward;

import dev.hashlb.core.address.AddressIndex;
import dev.hashlb.core.address.Family;
import dev.hashlb.core.address.IpAddress;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The VIPs of a snapshot by their addresses. Immutable; look-ups allocate nothing. */
final class VipTable {
    private final List<IpAddress> addresses;
    private final AddressIndex places;
    private final Vip[] vips;

    VipTable(List<Vip> vips) {
        addresses = vips.stream().map(Vip::address).toList();
        places = new AddressIndex(addresses);
        this.vips = vips.toArray(Vip[]::new);
    }

    List<IpAddress> addresses() {
        return addresses;
    }

    @Nullable Vip find(Family family, long high, long low) {
        int place = places.find(family, high, low);
        return place == AddressIndex.ABSENT ? null : vips[place];
    }
}
