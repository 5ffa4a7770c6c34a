package dev.hashlb.agent.host;

import dev.hashlb.agent.linux.netlink.Address;
import dev.hashlb.agent.linux.netlink.Link;
import dev.hashlb.agent.linux.netlink.Rtnetlink;
import dev.hashlb.core.address.Family;
import dev.hashlb.core.address.IpAddress;
import java.io.IOException;
import java.util.List;

/** Addresses that we put on a device, by way of the journal: {@link #change}, then record it, then {@link #make}. */
final class PlacedAddress {
    private PlacedAddress() {}

    static JournalEntry change(Place place, Link link, IpAddress address, int scope) {
        return new JournalEntry(
                place,
                JournalEntry.Kind.ADDRESS,
                link.name() + " " + link.index() + " " + address + " " + scope,
                "",
                address.toString());
    }

    static void make(Rtnetlink rtnetlink, List<JournalEntry> changes) throws IOException {
        for (JournalEntry change : changes) {
            if (change.kind() == JournalEntry.Kind.ADDRESS) {
                rtnetlink.addresses().add(address(change));
            }
        }
    }

    /** Takes the addresses away where the device is still the same. */
    static void undo(Rtnetlink rtnetlink, List<JournalEntry> changes) throws IOException {
        for (JournalEntry change : changes) {
            if (change.kind() == JournalEntry.Kind.ADDRESS) {
                Address address = address(change);
                String device = change.key().split(" ", -1)[0];
                if (rtnetlink
                        .links()
                        .find(address.linkIndex())
                        .filter(l -> l.name().equals(device))
                        .isPresent()) {
                    rtnetlink.addresses().remove(address);
                }
            }
        }
    }

    /** The address itself. */
    static IpAddress of(JournalEntry change) {
        return IpAddress.parse(change.after());
    }

    private static Address address(JournalEntry change) {
        String[] parts = change.key().split(" ", -1);
        IpAddress address = IpAddress.parse(parts[2]);
        int prefixBits = 8 * address.family().addressLengthBytes();
        int flags = address.family() == Family.IPV6 ? Address.NO_DAD : 0;
        return new Address(Integer.parseInt(parts[1]), address, prefixBits, Integer.parseInt(parts[3]), flags);
    }
}
