package dev.hashlb.agent.control;

import dev.hashlb.core.address.Cidr;
import dev.hashlb.core.address.Family;
import dev.hashlb.core.address.IpAddress;
import dev.hashlb.core.snapshot.Balancer;
import dev.hashlb.core.snapshot.Delivery;
import dev.hashlb.core.snapshot.HashFields;
import dev.hashlb.core.snapshot.HashSettings;
import dev.hashlb.core.snapshot.Ingress;
import dev.hashlb.core.snapshot.IngressMode;
import dev.hashlb.core.snapshot.Interval;
import dev.hashlb.core.snapshot.NamespacedName;
import dev.hashlb.core.snapshot.Node;
import dev.hashlb.core.snapshot.Protocol;
import dev.hashlb.core.snapshot.Reply;
import dev.hashlb.core.snapshot.ReturnMode;
import dev.hashlb.core.snapshot.Server;
import dev.hashlb.core.snapshot.ServicePort;
import dev.hashlb.core.snapshot.TableKind;
import dev.hashlb.core.snapshot.TunnelKey;
import dev.hashlb.core.snapshot.UndeclaredPorts;
import dev.hashlb.protocol.v1alpha1.RouterChoice;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.OptionalLong;
import java.util.Set;

/**
 * From the contract's messages to core's values. It judges what core's types cannot hold (unknown enum values, numbers out of
 * range, addresses of other lengths); whether the values make sense together is for
 * {@link dev.hashlb.core.declare.SnapshotRules}.
 */
final class WireReader {
    private static final int SECRET_BYTES = 2 * Long.BYTES;
    private static final int GREATEST_PORT = 65_535;
    private static final long IPV4_MAPPED = 0xffffL;

    private WireReader() {}

    /** A value that core's types cannot hold; the message names the field, the value and what was expected. */
    static final class UnreadableException extends Exception {
        private static final long serialVersionUID = 1;

        UnreadableException(String message) {
            super(message);
        }

        UnreadableException in(String field) {
            return new UnreadableException(field + "." + getMessage());
        }
    }

    static NamespacedName name(dev.hashlb.protocol.v1alpha1.NamespacedName name) {
        return new NamespacedName(name.getNamespace(), name.getName());
    }

    static Node node(dev.hashlb.protocol.v1alpha1.Node node) throws UnreadableException {
        return new Node(node.getName(), address("address", node.getAddress()), node.getRouter());
    }

    static TunnelKey key(dev.hashlb.protocol.v1alpha1.TunnelKey key) throws UnreadableException {
        if (key.getSecret().size() != SECRET_BYTES) {
            // Never the key itself.
            throw new UnreadableException("secret has " + key.getSecret().size() + " bytes; expected " + SECRET_BYTES);
        }
        ByteBuffer secret = ByteBuffer.wrap(key.getSecret().toByteArray()).order(ByteOrder.LITTLE_ENDIAN);
        return new TunnelKey((int) number("id", key.getId(), 0, 255), secret.getLong(), secret.getLong());
    }

    static Balancer balancer(dev.hashlb.protocol.v1alpha1.Balancer balancer) throws UnreadableException {
        return new Balancer(
                name(balancer.getName()),
                addresses(balancer.getAddressesList()),
                ports(balancer.getPortsList()),
                hash(balancer.getHash()),
                ingress(balancer),
                reply(balancer),
                ranges("source_ranges", balancer.getSourceRangesList()),
                balancer.getPing(),
                switch (balancer.getUndeclaredPorts()) {
                    case UNDECLARED_PORTS_REJECT -> UndeclaredPorts.REJECT;
                    case UNDECLARED_PORTS_DROP -> UndeclaredPorts.DROP;
                    case UNDECLARED_PORTS_UNSPECIFIED, UNRECOGNIZED ->
                        throw unknown("undeclared_ports", balancer.getUndeclaredPortsValue());
                },
                number("generation", balancer.getGeneration(), 1, Long.MAX_VALUE),
                servers(balancer.getServersList()));
    }

    private static Ingress ingress(dev.hashlb.protocol.v1alpha1.Balancer balancer) throws UnreadableException {
        RouterChoice choice = balancer.getRouterChoice();
        return new Ingress(
                switch (balancer.getIngress()) {
                    case INGRESS_MODE_ANY_NODE -> IngressMode.ANY_NODE;
                    case INGRESS_MODE_SELF_SELECT -> IngressMode.SELF_SELECT;
                    case INGRESS_MODE_UNSPECIFIED, UNRECOGNIZED -> throw unknown("ingress", balancer.getIngressValue());
                },
                fields("router_choice.fields", choice.getFields(), choice.getFieldsValue()),
                table("router_choice.table", choice.getTable(), choice.getTableValue()));
    }

    private static Reply reply(dev.hashlb.protocol.v1alpha1.Balancer balancer) throws UnreadableException {
        return new Reply(
                switch (balancer.getReturnMode()) {
                    case RETURN_MODE_DIRECT -> ReturnMode.DIRECT;
                    case RETURN_MODE_NODE -> ReturnMode.NODE;
                    case RETURN_MODE_GATEWAY -> ReturnMode.GATEWAY;
                    case RETURN_MODE_UNSPECIFIED, UNRECOGNIZED ->
                        throw unknown("return_mode", balancer.getReturnModeValue());
                },
                ranges("egress", balancer.getEgressList()));
    }

    private static List<IpAddress> addresses(List<dev.hashlb.protocol.v1alpha1.IpAddress> addresses)
            throws UnreadableException {
        List<IpAddress> read = new ArrayList<>();
        for (int i = 0; i < addresses.size(); i++) {
            read.add(address("addresses[" + i + "]", addresses.get(i)));
        }
        return read;
    }

    private static List<ServicePort> ports(List<dev.hashlb.protocol.v1alpha1.ServicePort> ports)
            throws UnreadableException {
        List<ServicePort> read = new ArrayList<>();
        for (int i = 0; i < ports.size(); i++) {
            try {
                read.add(port(ports.get(i)));
            } catch (UnreadableException e) {
                throw e.in("ports[" + i + "]");
            }
        }
        return read;
    }

    private static ServicePort port(dev.hashlb.protocol.v1alpha1.ServicePort port) throws UnreadableException {
        return new ServicePort(
                port.getName(),
                switch (port.getProtocol()) {
                    case PROTOCOL_TCP -> Protocol.TCP;
                    case PROTOCOL_UDP -> Protocol.UDP;
                    case PROTOCOL_UNSPECIFIED, UNRECOGNIZED -> throw unknown("protocol", port.getProtocolValue());
                },
                (int) number("port", Integer.toUnsignedLong(port.getPort()), 1, GREATEST_PORT),
                (int) number("target_port", Integer.toUnsignedLong(port.getTargetPort()), 1, GREATEST_PORT),
                switch (port.getDelivery()) {
                    case DELIVERY_ADDRESS -> Delivery.ADDRESS;
                    case DELIVERY_NAT -> Delivery.NAT;
                    case DELIVERY_UNSPECIFIED, UNRECOGNIZED -> throw unknown("delivery", port.getDeliveryValue());
                });
    }

    private static HashSettings hash(dev.hashlb.protocol.v1alpha1.HashSettings hash) throws UnreadableException {
        return new HashSettings(
                fields("hash.fields", hash.getFields(), hash.getFieldsValue()),
                table("hash.table", hash.getTable(), hash.getTableValue()),
                (int) number("hash.buckets", Integer.toUnsignedLong(hash.getBuckets()), 0, Integer.MAX_VALUE));
    }

    private static HashFields fields(String field, dev.hashlb.protocol.v1alpha1.HashFields fields, int value)
            throws UnreadableException {
        return switch (fields) {
            case HASH_FIELDS_FIVE_TUPLE -> HashFields.FIVE_TUPLE;
            case HASH_FIELDS_SOURCE_AND_SERVICE -> HashFields.SOURCE_AND_SERVICE;
            case HASH_FIELDS_UNSPECIFIED, UNRECOGNIZED -> throw unknown(field, value);
        };
    }

    private static TableKind table(String field, dev.hashlb.protocol.v1alpha1.TableKind table, int value)
            throws UnreadableException {
        return switch (table) {
            case TABLE_KIND_MODULO -> TableKind.MODULO;
            case TABLE_KIND_STABLE -> TableKind.STABLE;
            case TABLE_KIND_UNSPECIFIED, UNRECOGNIZED -> throw unknown(field, value);
        };
    }

    private static List<Cidr> ranges(String name, List<dev.hashlb.protocol.v1alpha1.Cidr> ranges)
            throws UnreadableException {
        List<Cidr> read = new ArrayList<>();
        for (int i = 0; i < ranges.size(); i++) {
            String field = name + "[" + i + "]";
            IpAddress address = address(field, ranges.get(i).getAddress());
            try {
                read.add(new Cidr(address, ranges.get(i).getLengthBits()));
            } catch (IllegalArgumentException e) {
                throw new UnreadableException(field + ": " + e.getMessage());
            }
        }
        return read;
    }

    private static List<Server> servers(List<dev.hashlb.protocol.v1alpha1.Server> servers) throws UnreadableException {
        List<Server> read = new ArrayList<>();
        for (int i = 0; i < servers.size(); i++) {
            try {
                read.add(server(servers.get(i)));
            } catch (UnreadableException e) {
                throw e.in("servers[" + i + "]");
            }
        }
        return read;
    }

    private static Server server(dev.hashlb.protocol.v1alpha1.Server server) throws UnreadableException {
        List<IpAddress> addresses = addresses(server.getAddressesList());
        Set<Family> families = EnumSet.noneOf(Family.class);
        addresses.forEach(a -> families.add(a.family()));
        if (server.getIntervalsCount() > Server.MAX_INTERVALS) {
            throw new UnreadableException(
                    "intervals are " + server.getIntervalsCount() + "; expected at most " + Server.MAX_INTERVALS);
        }
        List<Interval> intervals = new ArrayList<>();
        for (int i = 0; i < server.getIntervalsCount(); i++) {
            intervals.add(interval("intervals[" + i + "]", server.getIntervals(i)));
        }
        return new Server(server.getName(), server.getIdentity(), server.getNode(), "", addresses, families, intervals);
    }

    private static Interval interval(String field, dev.hashlb.protocol.v1alpha1.Interval interval)
            throws UnreadableException {
        int weight =
                (int) number(field + ".weight", Integer.toUnsignedLong(interval.getWeight()), 1, Interval.MAX_WEIGHT);
        long joined = number(field + ".joined", interval.getJoined(), 1, Long.MAX_VALUE - 1);
        if (!interval.hasLeft()) {
            return Interval.open(weight, joined);
        }
        long left = number(field + ".left", interval.getLeft(), joined + 1, Long.MAX_VALUE);
        return new Interval(weight, joined, OptionalLong.of(left));
    }

    private static IpAddress address(String field, dev.hashlb.protocol.v1alpha1.IpAddress address)
            throws UnreadableException {
        byte[] octets = address.getOctets().toByteArray();
        if (octets.length != Family.IPV4.addressLengthBytes() && octets.length != Family.IPV6.addressLengthBytes()) {
            throw new UnreadableException(field + " has " + octets.length + " bytes; expected 4 or 16");
        }
        IpAddress read = IpAddress.of(octets);
        if (read.family() == Family.IPV6 && read.high() == 0 && read.low() >>> 32 == IPV4_MAPPED) {
            throw new UnreadableException(field + " " + read + " is IPv4-mapped; expected the IPv4 address's 4 bytes");
        }
        return read;
    }

    /** @param value unsigned; one beyond 2^63 - 1 is out of every range */
    private static long number(String field, long value, long least, long most) throws UnreadableException {
        if (value < least || value > most) {
            throw new UnreadableException(
                    field + " is " + Long.toUnsignedString(value) + "; expected " + least + " to " + most);
        }
        return value;
    }

    private static UnreadableException unknown(String field, int number) {
        return new UnreadableException(field + " has the value " + number
                + ", which this version does not know; update the data plane, or choose another");
    }
}
