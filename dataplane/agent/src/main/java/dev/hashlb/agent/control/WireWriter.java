package dev.hashlb.agent.control;

import com.google.protobuf.ByteString;
import dev.hashlb.core.address.IpAddress;
import dev.hashlb.core.snapshot.Delivery;
import dev.hashlb.core.snapshot.HashFields;
import dev.hashlb.core.snapshot.Protocol;
import dev.hashlb.core.snapshot.Snapshot;
import dev.hashlb.core.snapshot.TableKind;
import dev.hashlb.core.snapshot.UndeclaredPorts;
import dev.hashlb.protocol.v1alpha1.Balancer;
import dev.hashlb.protocol.v1alpha1.Cidr;
import dev.hashlb.protocol.v1alpha1.HashSettings;
import dev.hashlb.protocol.v1alpha1.IngressMode;
import dev.hashlb.protocol.v1alpha1.Interval;
import dev.hashlb.protocol.v1alpha1.NamespacedName;
import dev.hashlb.protocol.v1alpha1.Node;
import dev.hashlb.protocol.v1alpha1.Nodes;
import dev.hashlb.protocol.v1alpha1.ReturnMode;
import dev.hashlb.protocol.v1alpha1.RouterChoice;
import dev.hashlb.protocol.v1alpha1.Server;
import dev.hashlb.protocol.v1alpha1.ServicePort;
import dev.hashlb.protocol.v1alpha1.SnapshotChange;
import dev.hashlb.protocol.v1alpha1.TunnelKey;
import dev.hashlb.protocol.v1alpha1.TunnelKeys;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** From core's values to the contract's messages; {@link WireReader} is the way back. */
public final class WireWriter {
    private WireWriter() {}

    /** A whole change, without a nonce. */
    public static SnapshotChange whole(Snapshot snapshot, long digest) {
        return SnapshotChange.newBuilder()
                .setVersion(snapshot.version())
                .setDigest(digest)
                .addAllBalancers(
                        snapshot.balancers().stream().map(WireWriter::balancer).toList())
                .setNodes(nodes(snapshot))
                .setKeys(keys(snapshot))
                .build();
    }

    /** A name. */
    public static NamespacedName name(dev.hashlb.core.snapshot.NamespacedName name) {
        return NamespacedName.newBuilder()
                .setNamespace(name.namespace())
                .setName(name.name())
                .build();
    }

    static Nodes nodes(Snapshot snapshot) {
        Nodes.Builder nodes = Nodes.newBuilder();
        snapshot.nodes()
                .forEach(n -> nodes.addNodes(Node.newBuilder()
                        .setName(n.name())
                        .setAddress(address(n.address()))
                        .setRouter(n.router())));
        return nodes.build();
    }

    static TunnelKeys keys(Snapshot snapshot) {
        TunnelKeys.Builder keys = TunnelKeys.newBuilder();
        snapshot.keys().forEach(k -> {
            byte[] secret = ByteBuffer.allocate(2 * Long.BYTES)
                    .order(ByteOrder.LITTLE_ENDIAN)
                    .putLong(k.low())
                    .putLong(k.high())
                    .array();
            keys.addKeys(TunnelKey.newBuilder().setId(k.id()).setSecret(ByteString.copyFrom(secret)));
        });
        return keys.build();
    }

    /** A balancer with all of its servers. */
    public static Balancer balancer(dev.hashlb.core.snapshot.Balancer balancer) {
        return Balancer.newBuilder()
                .setName(name(balancer.name()))
                .addAllAddresses(
                        balancer.addresses().stream().map(WireWriter::address).toList())
                .addAllPorts(balancer.ports().stream().map(WireWriter::port).toList())
                .setHash(hash(balancer.hash()))
                .setIngress(
                        switch (balancer.ingress().mode()) {
                            case ANY_NODE -> IngressMode.INGRESS_MODE_ANY_NODE;
                            case SELF_SELECT -> IngressMode.INGRESS_MODE_SELF_SELECT;
                        })
                .setReturnMode(
                        switch (balancer.returnMode()) {
                            case DIRECT -> ReturnMode.RETURN_MODE_DIRECT;
                            case NODE -> ReturnMode.RETURN_MODE_NODE;
                            case GATEWAY -> ReturnMode.RETURN_MODE_GATEWAY;
                        })
                .addAllSourceRanges(
                        balancer.sourceRanges().stream().map(WireWriter::prefix).toList())
                .setPing(balancer.ping())
                .setUndeclaredPorts(
                        balancer.undeclaredPorts() == UndeclaredPorts.REJECT
                                ? dev.hashlb.protocol.v1alpha1.UndeclaredPorts.UNDECLARED_PORTS_REJECT
                                : dev.hashlb.protocol.v1alpha1.UndeclaredPorts.UNDECLARED_PORTS_DROP)
                .setGeneration(balancer.generation())
                .addAllServers(
                        balancer.servers().stream().map(WireWriter::server).toList())
                .setRouterChoice(RouterChoice.newBuilder()
                        .setFields(fields(balancer.ingress().fields()))
                        .setTable(table(balancer.ingress().table())))
                .addAllEgress(balancer.reply().egress().stream()
                        .map(WireWriter::prefix)
                        .toList())
                .build();
    }

    private static Cidr prefix(dev.hashlb.core.address.Cidr prefix) {
        return Cidr.newBuilder()
                .setAddress(address(prefix.address()))
                .setLengthBits(prefix.lengthBits())
                .build();
    }

    private static HashSettings hash(dev.hashlb.core.snapshot.HashSettings hash) {
        return HashSettings.newBuilder()
                .setFields(fields(hash.fields()))
                .setTable(table(hash.table()))
                .setBuckets(hash.buckets())
                .build();
    }

    private static dev.hashlb.protocol.v1alpha1.HashFields fields(HashFields fields) {
        return fields == HashFields.FIVE_TUPLE
                ? dev.hashlb.protocol.v1alpha1.HashFields.HASH_FIELDS_FIVE_TUPLE
                : dev.hashlb.protocol.v1alpha1.HashFields.HASH_FIELDS_SOURCE_AND_SERVICE;
    }

    private static dev.hashlb.protocol.v1alpha1.TableKind table(TableKind table) {
        return table == TableKind.MODULO
                ? dev.hashlb.protocol.v1alpha1.TableKind.TABLE_KIND_MODULO
                : dev.hashlb.protocol.v1alpha1.TableKind.TABLE_KIND_STABLE;
    }

    private static ServicePort port(dev.hashlb.core.snapshot.ServicePort port) {
        return ServicePort.newBuilder()
                .setName(port.name())
                .setProtocol(
                        port.protocol() == Protocol.TCP
                                ? dev.hashlb.protocol.v1alpha1.Protocol.PROTOCOL_TCP
                                : dev.hashlb.protocol.v1alpha1.Protocol.PROTOCOL_UDP)
                .setPort(port.port())
                .setTargetPort(port.targetPort())
                .setDelivery(
                        port.delivery() == Delivery.ADDRESS
                                ? dev.hashlb.protocol.v1alpha1.Delivery.DELIVERY_ADDRESS
                                : dev.hashlb.protocol.v1alpha1.Delivery.DELIVERY_NAT)
                .build();
    }

    private static Server server(dev.hashlb.core.snapshot.Server server) {
        Server.Builder built = Server.newBuilder()
                .setName(server.name())
                .setIdentity(server.identity())
                .setNode(server.node())
                .addAllAddresses(
                        server.addresses().stream().map(WireWriter::address).toList());
        server.intervals().forEach(i -> {
            Interval.Builder interval =
                    Interval.newBuilder().setWeight(i.weight()).setJoined(i.joined());
            i.left().ifPresent(interval::setLeft);
            built.addIntervals(interval);
        });
        return built.build();
    }

    private static dev.hashlb.protocol.v1alpha1.IpAddress address(IpAddress address) {
        return dev.hashlb.protocol.v1alpha1.IpAddress.newBuilder()
                .setOctets(ByteString.copyFrom(address.toBytes()))
                .build();
    }
}
