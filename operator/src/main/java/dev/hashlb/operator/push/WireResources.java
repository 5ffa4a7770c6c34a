package dev.hashlb.operator.push;

import com.google.protobuf.ByteString;
import com.google.protobuf.CodedOutputStream;
import com.google.protobuf.MessageLite;
import com.google.protobuf.UnsafeByteOperations;
import dev.hashlb.core.snapshot.Balancer;
import dev.hashlb.core.snapshot.Node;
import dev.hashlb.core.snapshot.Server;
import dev.hashlb.core.snapshot.TunnelKey;
import dev.hashlb.protocol.v1alpha1.Cidr;
import dev.hashlb.protocol.v1alpha1.Delivery;
import dev.hashlb.protocol.v1alpha1.HashFields;
import dev.hashlb.protocol.v1alpha1.HashSettings;
import dev.hashlb.protocol.v1alpha1.IngressMode;
import dev.hashlb.protocol.v1alpha1.Interval;
import dev.hashlb.protocol.v1alpha1.IpAddress;
import dev.hashlb.protocol.v1alpha1.NamespacedName;
import dev.hashlb.protocol.v1alpha1.Nodes;
import dev.hashlb.protocol.v1alpha1.Protocol;
import dev.hashlb.protocol.v1alpha1.ReturnMode;
import dev.hashlb.protocol.v1alpha1.RouterChoice;
import dev.hashlb.protocol.v1alpha1.ServicePort;
import dev.hashlb.protocol.v1alpha1.SnapshotChange;
import dev.hashlb.protocol.v1alpha1.TableKind;
import dev.hashlb.protocol.v1alpha1.TunnelKeys;
import dev.hashlb.protocol.v1alpha1.UndeclaredPorts;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;

/** From core's values to the fields of a {@link SnapshotChange}, each as the bytes that stand in the message. */
final class WireResources {
    private WireResources() {}

    /** One entry of {@code SnapshotChange.balancers}, its tag and length included. */
    static byte[] balancer(Balancer balancer) {
        return field(SnapshotChange.BALANCERS_FIELD_NUMBER, message(balancer));
    }

    /** One entry of {@code SnapshotChange.removed_balancers}. */
    static byte[] removed(dev.hashlb.core.snapshot.NamespacedName name) {
        return field(SnapshotChange.REMOVED_BALANCERS_FIELD_NUMBER, message(name));
    }

    /** {@code SnapshotChange.nodes}. */
    static byte[] nodes(List<Node> nodes) {
        Nodes.Builder message = Nodes.newBuilder();
        for (Node node : nodes) {
            message.addNodes(dev.hashlb.protocol.v1alpha1.Node.newBuilder()
                    .setName(node.name())
                    .setAddress(message(node.address()))
                    .setRouter(node.router()));
        }
        return field(SnapshotChange.NODES_FIELD_NUMBER, message.build());
    }

    /** {@code SnapshotChange.keys}. */
    static byte[] keys(List<TunnelKey> keys) {
        TunnelKeys.Builder message = TunnelKeys.newBuilder();
        for (TunnelKey key : keys) {
            ByteBuffer secret = ByteBuffer.allocate(2 * Long.BYTES)
                    .order(ByteOrder.LITTLE_ENDIAN)
                    .putLong(key.low())
                    .putLong(key.high());
            message.addKeys(dev.hashlb.protocol.v1alpha1.TunnelKey.newBuilder()
                    .setId(key.id())
                    .setSecret(ByteString.copyFrom(secret.flip())));
        }
        return field(SnapshotChange.KEYS_FIELD_NUMBER, message.build());
    }

    private static dev.hashlb.protocol.v1alpha1.Balancer message(Balancer balancer) {
        dev.hashlb.protocol.v1alpha1.Balancer.Builder message = dev.hashlb.protocol.v1alpha1.Balancer.newBuilder()
                .setName(message(balancer.name()))
                .setHash(HashSettings.newBuilder()
                        .setFields(message(balancer.hash().fields()))
                        .setTable(message(balancer.hash().table()))
                        .setBuckets(balancer.hash().buckets()))
                .setIngress(message(balancer.ingress().mode()))
                .setReturnMode(message(balancer.returnMode()))
                .setPing(balancer.ping())
                .setUndeclaredPorts(message(balancer.undeclaredPorts()))
                .setGeneration(balancer.generation())
                .setRouterChoice(RouterChoice.newBuilder()
                        .setFields(message(balancer.ingress().fields()))
                        .setTable(message(balancer.ingress().table())));
        balancer.addresses().forEach(a -> message.addAddresses(message(a)));
        balancer.ports().forEach(p -> message.addPorts(message(p)));
        balancer.sourceRanges().forEach(c -> message.addSourceRanges(message(c)));
        balancer.reply().egress().forEach(c -> message.addEgress(message(c)));
        balancer.servers().forEach(s -> message.addServers(message(s)));
        return message.build();
    }

    private static dev.hashlb.protocol.v1alpha1.Server message(Server server) {
        dev.hashlb.protocol.v1alpha1.Server.Builder message = dev.hashlb.protocol.v1alpha1.Server.newBuilder()
                .setName(server.name())
                .setIdentity(server.identity())
                .setNode(server.node());
        server.addresses().forEach(a -> message.addAddresses(message(a)));
        for (dev.hashlb.core.snapshot.Interval interval : server.intervals()) {
            Interval.Builder one =
                    Interval.newBuilder().setWeight(interval.weight()).setJoined(interval.joined());
            interval.left().ifPresent(one::setLeft);
            message.addIntervals(one);
        }
        return message.build();
    }

    private static ServicePort message(dev.hashlb.core.snapshot.ServicePort port) {
        return ServicePort.newBuilder()
                .setName(port.name())
                .setProtocol(
                        switch (port.protocol()) {
                            case TCP -> Protocol.PROTOCOL_TCP;
                            case UDP -> Protocol.PROTOCOL_UDP;
                        })
                .setPort(port.port())
                .setTargetPort(port.targetPort())
                .setDelivery(
                        switch (port.delivery()) {
                            case ADDRESS -> Delivery.DELIVERY_ADDRESS;
                            case NAT -> Delivery.DELIVERY_NAT;
                        })
                .build();
    }

    private static NamespacedName message(dev.hashlb.core.snapshot.NamespacedName name) {
        return NamespacedName.newBuilder()
                .setNamespace(name.namespace())
                .setName(name.name())
                .build();
    }

    private static IpAddress message(dev.hashlb.core.address.IpAddress address) {
        return IpAddress.newBuilder()
                .setOctets(UnsafeByteOperations.unsafeWrap(address.toBytes()))
                .build();
    }

    private static Cidr message(dev.hashlb.core.address.Cidr prefix) {
        return Cidr.newBuilder()
                .setAddress(message(prefix.address()))
                .setLengthBits(prefix.lengthBits())
                .build();
    }

    private static HashFields message(dev.hashlb.core.snapshot.HashFields fields) {
        return switch (fields) {
            case FIVE_TUPLE -> HashFields.HASH_FIELDS_FIVE_TUPLE;
            case SOURCE_AND_SERVICE -> HashFields.HASH_FIELDS_SOURCE_AND_SERVICE;
        };
    }

    private static TableKind message(dev.hashlb.core.snapshot.TableKind table) {
        return switch (table) {
            case MODULO -> TableKind.TABLE_KIND_MODULO;
            case STABLE -> TableKind.TABLE_KIND_STABLE;
        };
    }

    private static IngressMode message(dev.hashlb.core.snapshot.IngressMode mode) {
        return switch (mode) {
            case ANY_NODE -> IngressMode.INGRESS_MODE_ANY_NODE;
            case SELF_SELECT -> IngressMode.INGRESS_MODE_SELF_SELECT;
        };
    }

    private static ReturnMode message(dev.hashlb.core.snapshot.ReturnMode mode) {
        return switch (mode) {
            case DIRECT -> ReturnMode.RETURN_MODE_DIRECT;
            case NODE -> ReturnMode.RETURN_MODE_NODE;
            case GATEWAY -> ReturnMode.RETURN_MODE_GATEWAY;
        };
    }

    private static UndeclaredPorts message(dev.hashlb.core.snapshot.UndeclaredPorts ports) {
        return switch (ports) {
            case REJECT -> UndeclaredPorts.UNDECLARED_PORTS_REJECT;
            case DROP -> UndeclaredPorts.UNDECLARED_PORTS_DROP;
        };
    }

    private static byte[] field(int number, MessageLite message) {
        byte[] bytes = new byte[CodedOutputStream.computeMessageSize(number, message)];
        CodedOutputStream out = CodedOutputStream.newInstance(bytes);
        try {
            out.writeMessage(number, message);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        out.checkNoSpaceLeft();
        return bytes;
    }
}
