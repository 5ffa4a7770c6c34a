package dev.hashlb.agent.linux.netlink;

import dev.hashlb.core.address.Family;
import dev.hashlb.core.address.IpAddress;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/** Addresses of devices: {@code RTM_*ADDR} with {@code struct ifaddrmsg} (rtnetlink(7), linux/if_addr.h). */
public final class Addresses {
    private static final int RTM_NEWADDR = 20;
    private static final int RTM_DELADDR = 21;
    private static final int RTM_GETADDR = 22;

    private static final int IFADDRMSG_BYTES = 8;
    private static final int IFA_ADDRESS = 1;
    private static final int IFA_LOCAL = 2;
    private static final int IFA_FLAGS = 8;

    private final NetlinkSocket socket;

    Addresses(NetlinkSocket socket) {
        this.socket = socket;
    }

    /** All addresses of both families. */
    public List<Address> list() throws IOException {
        List<Address> addresses = new ArrayList<>();
        for (Family family : Family.values()) {
            NetlinkMessage message = header(new NetlinkMessage(RTM_GETADDR, 0), family, 0, 0, 0);
            for (ByteBuffer payload : socket.dump("list addresses", message)) {
                Address address = read(payload);
                // A kernel without IPv6 answers with what it has.
                if (address.address().family() == family) {
                    addresses.add(address);
                }
            }
        }
        return addresses;
    }

    /** Adds an address; false where the device has it already. */
    public boolean add(Address address) throws IOException {
        try {
            socket.execute(
                    "add address " + text(address),
                    message(RTM_NEWADDR, NetlinkMessage.NLM_F_CREATE | NetlinkMessage.NLM_F_EXCL, address));
            return true;
        } catch (NetlinkException e) {
            if (e.errno() == NetlinkException.EEXIST) {
                return false;
            }
            throw e;
        }
    }

    /** Removes an address; false where the device has not got it. */
    public boolean remove(Address address) throws IOException {
        try {
            socket.execute("remove address " + text(address), message(RTM_DELADDR, 0, address));
            return true;
        } catch (NetlinkException e) {
            if (e.errno() == NetlinkException.EADDRNOTAVAIL) {
                return false;
            }
            throw e;
        }
    }

    static NetlinkMessage message(int type, int flags, Address address) {
        NetlinkMessage message = header(
                new NetlinkMessage(type, flags),
                address.address().family(),
                address.prefixBits(),
                address.scope(),
                address.linkIndex());
        message.attributeAddress(IFA_LOCAL, address.address()).attributeAddress(IFA_ADDRESS, address.address());
        return message.attributeU32(IFA_FLAGS, address.flags());
    }

    static Address read(ByteBuffer payload) {
        Attributes attributes = Attributes.parse(payload.slice(IFADDRMSG_BYTES, payload.limit() - IFADDRMSG_BYTES)
                .order(payload.order()));
        IpAddress address = attributes
                .address(IFA_LOCAL)
                .or(() -> attributes.address(IFA_ADDRESS))
                .orElseThrow(() -> new IllegalArgumentException("an address message without an address"));
        int flags = attributes.u32(IFA_FLAGS).orElse(Byte.toUnsignedInt(payload.get(2)));
        return new Address(
                payload.getInt(4),
                address,
                Byte.toUnsignedInt(payload.get(1)),
                Byte.toUnsignedInt(payload.get(3)),
                flags);
    }

    /** struct ifaddrmsg: u8 family, u8 prefixlen, u8 flags, u8 scope, u32 index. */
    private static NetlinkMessage header(
            NetlinkMessage message, Family family, int prefixBits, int scope, int linkIndex) {
        return message.u8(AddressFamily.number(family))
                .u8(prefixBits)
                .u8(0)
                .u8(scope)
                .u32(linkIndex);
    }

    private static String text(Address address) {
        return address.address() + "/" + address.prefixBits() + " of device " + address.linkIndex();
    }
}
