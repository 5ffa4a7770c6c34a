package dev.hashlb.core.declare;

import dev.hashlb.core.address.IpAddress;
import dev.hashlb.core.snapshot.Balancer;
import dev.hashlb.core.snapshot.Ingress;
import dev.hashlb.core.snapshot.ReturnMode;
import dev.hashlb.core.snapshot.ServicePort;
import dev.hashlb.core.snapshot.Snapshot;
import dev.hashlb.core.snapshot.TableKind;
import dev.hashlb.core.snapshot.TunnelKey;
import java.util.ArrayList;
import java.util.List;

/**
 * The rules of documents for a snapshot that did not come from documents: what may not be declared may not be pushed either.
 * Balancers and nodes are judged by the very rules of their documents.
 */
public final class SnapshotRules {
    /** {@link Place#document} of mistakes that are no balancer's. */
    public static final int NO_BALANCER = -1;

    private static final int MOST_KEYS = 2;
    private static final int GREATEST_KEY_ID = 255;

    private SnapshotRules() {}

    /**
     * Every mistake; no warnings.
     *
     * @return with a {@link Place#document} that is the index of the balancer in the snapshot, or {@link #NO_BALANCER}
     */
    public static List<Finding> mistakes(Snapshot snapshot) {
        Findings findings = new Findings();
        NodeRules nodes = new NodeRules(findings);
        if (!snapshot.nodes().isEmpty()) {
            nodes.check(document(snapshot), Place.of(NO_BALANCER, "snapshot"));
        }
        checkKeys(snapshot.keys(), Place.of(NO_BALANCER, "snapshot").field("keys"), findings);
        List<BalancerDraft> drafts = new ArrayList<>();
        for (int i = 0; i < snapshot.balancers().size(); i++) {
            Balancer balancer = snapshot.balancers().get(i);
            Declaration.Entry entry = new Declaration.Entry(i, document(balancer));
            Place place = SnapshotBuilder.place(entry);
            drafts.add(new BalancerRules(findings).check((HashLoadBalancer) entry.document(), place));
            new LivingServerRules(balancer, place.field("servers"), findings).check();
        }
        new VipRules(findings).check(drafts, nodes.placesByAddress());
        return findings.list().stream().filter(Finding::isMistake).toList();
    }

    private static void checkKeys(List<TunnelKey> keys, Place place, Findings findings) {
        if (keys.size() > MOST_KEYS) {
            findings.mistake(place, keys.size(), "are too many", "send at most " + MOST_KEYS);
        }
        for (int i = 0; i < keys.size(); i++) {
            int id = keys.get(i).id();
            if (id < 0 || id > GREATEST_KEY_ID) {
                findings.mistake(
                        place.item(i).field("id"), id, "is no key id", "write a number from 0 to " + GREATEST_KEY_ID);
            }
            if (i > 0 && id == keys.getFirst().id()) {
                findings.mistake(place.item(i).field("id"), id, "is there twice", "give each key its own id");
            }
        }
    }

    private static StaticNodes document(Snapshot snapshot) {
        return new StaticNodes(
                null,
                snapshot.nodes().stream()
                        .map(n -> new StaticNodes.Node(n.name(), n.address().toString(), n.router()))
                        .toList());
    }

    private static HashLoadBalancer document(Balancer balancer) {
        // The number of buckets has no effect under Modulo, so it may be anything there.
        boolean stable = balancer.hash().table() == TableKind.STABLE;
        HashLoadBalancer.Spec spec = new HashLoadBalancer.Spec(
                balancer.addresses().stream().map(IpAddress::toString).toList(),
                balancer.ports().stream().map(SnapshotRules::port).toList(),
                null,
                null,
                new HashLoadBalancer.Hash(
                        Choices.word(Choices.FIELDS, balancer.hash().fields()),
                        Choices.word(Choices.TABLE, balancer.hash().table()),
                        stable ? (long) balancer.hash().buckets() : null),
                ingress(balancer),
                new HashLoadBalancer.Return(
                        Choices.word(Choices.RETURN, balancer.returnMode()),
                        balancer.reply().egress().stream().map(Object::toString).toList()),
                balancer.sourceRanges().stream().map(Object::toString).toList(),
                balancer.ping(),
                Choices.word(Choices.UNDECLARED_PORTS, balancer.undeclaredPorts()));
        return new HashLoadBalancer(
                new Metadata(balancer.name().name(), balancer.name().namespace()), spec);
    }

    /** What chooses a router has no effect where none is chosen, so it may be anything there. */
    private static HashLoadBalancer.Ingress ingress(Balancer balancer) {
        Ingress ingress = balancer.ingress();
        boolean chosen = ingress.selfSelect() || balancer.returnMode() == ReturnMode.GATEWAY;
        return new HashLoadBalancer.Ingress(
                Choices.word(Choices.INGRESS, ingress.mode()),
                chosen ? Choices.word(Choices.FIELDS, ingress.fields()) : null,
                chosen ? Choices.word(Choices.TABLE, ingress.table()) : null);
    }

    private static HashLoadBalancer.Port port(ServicePort port) {
        return new HashLoadBalancer.Port(
                port.name().isEmpty() ? null : port.name(),
                Choices.word(Choices.PROTOCOL, port.protocol()),
                (long) port.port(),
                new TargetPort.Numbered(port.targetPort()),
                Choices.word(Choices.DELIVERY, port.delivery()));
    }
}
