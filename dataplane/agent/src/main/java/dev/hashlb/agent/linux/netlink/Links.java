package dev.hashlb.agent.linux.netlink;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Network devices: {@code RTM_*LINK} with {@code struct ifinfomsg} (rtnetlink(7), linux/if_link.h). */
public final class Links {
    private static final int RTM_DELLINK = 17;
    private static final int RTM_GETLINK = 18;
    private static final int RTM_SETLINK = 19;

    private static final int IFINFOMSG_BYTES = 16;
    private static final int IFF_UP = 1;

    private static final int IFLA_IFNAME = 3;
    private static final int IFLA_MTU = 4;
    private static final int IFLA_LINK = 5;
    private static final int IFLA_MASTER = 10;
    private static final int IFLA_AF_SPEC = 26;
    private static final int IFLA_NET_NS_FD = 28;
    private static final int IFLA_LINK_NETNSID = 37;
    private static final int IFLA_INET_CONF = 1;
    private static final int IFLA_INET6_ADDR_GEN_MODE = 8;
    private static final int IN6_ADDR_GEN_MODE_NONE = 1;
    private static final int AF_UNSPEC = 0;
    private static final int AF_INET = 2;
    private static final int AF_INET6 = 10;

    private final NetlinkSocket socket;

    Links(NetlinkSocket socket) {
        this.socket = socket;
    }

    public List<Link> list() throws IOException {
        List<Link> links = new ArrayList<>();
        for (ByteBuffer payload : socket.dump("list devices", message(RTM_GETLINK, 0))) {
            links.add(read(payload));
        }
        return links;
    }

    public Optional<Link> find(String name) throws IOException {
        return get("find device " + name, message(RTM_GETLINK, 0).attributeText(IFLA_IFNAME, name));
    }

    public Optional<Link> find(int index) throws IOException {
        return get("find device with index " + index, message(RTM_GETLINK, index));
    }

    public void up(int index) throws IOException {
        socket.execute("set device " + index + " up", header(new NetlinkMessage(RTM_SETLINK, 0), index, IFF_UP));
    }

    public void setMtu(int index, int mtuBytes) throws IOException {
        socket.execute(
                "set MTU of device " + index + " to " + mtuBytes,
                message(RTM_SETLINK, index).attributeU32(IFLA_MTU, mtuBytes));
    }

    /** Renames a device that is down. */
    public void rename(int index, String name) throws IOException {
        socket.execute(
                "rename device " + index + " to " + name,
                message(RTM_SETLINK, index).attributeText(IFLA_IFNAME, name));
    }

    /**
     * Moves a device to another network namespace. Its addresses, routes and settings are lost, and its index there may
     * be another one.
     *
     * @param namespaceFd an open file of the namespace
     */
    public void moveTo(int index, int namespaceFd) throws IOException {
        socket.execute(
                "move device " + index + " to another network namespace",
                message(RTM_SETLINK, index).attributeU32(IFLA_NET_NS_FD, namespaceFd));
    }

    public void delete(int index) throws IOException {
        socket.execute("delete device " + index, message(RTM_DELLINK, index));
    }

    /** Sets per-device IPv4 settings, all or none. */
    public void setIpv4(int index, Map<Devconf, Integer> settings) throws IOException {
        NetlinkMessage message = message(RTM_SETLINK, index);
        message.nestedRaw(
                IFLA_AF_SPEC,
                () -> message.nestedRaw(
                        AF_INET,
                        () -> message.nestedRaw(
                                IFLA_INET_CONF, () -> settings.forEach((k, v) -> message.attributeU32(k.id(), v)))));
        socket.execute("set " + settings + " of device " + index, message);
    }

    /** Lets a device have no IPv6 link-local address, so that the kernel sends nothing over it by itself. */
    public void setNoIpv6AddressGeneration(int index) throws IOException {
        NetlinkMessage message = message(RTM_SETLINK, index);
        message.nestedRaw(
                IFLA_AF_SPEC,
                () -> message.nestedRaw(
                        AF_INET6, () -> message.attributeU8(IFLA_INET6_ADDR_GEN_MODE, IN6_ADDR_GEN_MODE_NONE)));
        socket.execute("set IPv6 address generation of device " + index + " to none", message);
    }

    private Optional<Link> get(String request, NetlinkMessage message) throws IOException {
        try {
            List<ByteBuffer> answers = socket.get(request, message);
            return answers.isEmpty() ? Optional.empty() : Optional.of(read(answers.getFirst()));
        } catch (NetlinkException e) {
            if (e.errno() == NetlinkException.ENODEV) {
                return Optional.empty();
            }
            throw e;
        }
    }

    private static NetlinkMessage message(int type, int index) {
        return header(new NetlinkMessage(type, 0), index, 0);
    }

    /** struct ifinfomsg: u8 family, u8 pad, u16 type, i32 index, u32 flags, u32 change. */
    private static NetlinkMessage header(NetlinkMessage message, int index, int flags) {
        return message.u8(AF_UNSPEC).u8(0).u16(0).u32(index).u32(flags).u32(flags);
    }

    static Link read(ByteBuffer payload) {
        Attributes attributes = Attributes.parse(payload.slice(IFINFOMSG_BYTES, payload.limit() - IFINFOMSG_BYTES)
                .order(payload.order()));
        return new Link(
                payload.getInt(4),
                attributes.text(IFLA_IFNAME).orElse(""),
                payload.getInt(8),
                attributes.u32(IFLA_MTU).orElse(0),
                attributes.u32(IFLA_LINK),
                attributes.u32(IFLA_LINK_NETNSID),
                attributes.u32(IFLA_MASTER),
                readIpv4(attributes
                        .nested(IFLA_AF_SPEC)
                        .nested(AF_INET)
                        .bytes(IFLA_INET_CONF)
                        .map(b -> ByteBuffer.wrap(b).order(payload.order()))));
    }

    /** IFLA_INET_CONF is read as an array of u32, in which id n stands at n - 1. */
    private static Map<Devconf, Integer> readIpv4(Optional<ByteBuffer> values) {
        Map<Devconf, Integer> settings = new EnumMap<>(Devconf.class);
        values.ifPresent(array -> {
            for (Devconf setting : Devconf.values()) {
                int offset = 4 * (setting.id() - 1);
                if (offset + 4 <= array.limit()) {
                    settings.put(setting, array.getInt(offset));
                }
            }
        });
        return Map.copyOf(settings);
    }
}
