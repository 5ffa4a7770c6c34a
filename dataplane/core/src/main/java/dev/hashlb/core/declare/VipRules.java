package dev.hashlb.core.declare;

import dev.hashlb.core.address.IpAddress;
import dev.hashlb.core.snapshot.HashFields;
import dev.hashlb.core.snapshot.NamespacedName;
import dev.hashlb.core.snapshot.Protocol;
import dev.hashlb.core.snapshot.ServicePort;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Rules about VIPs, which balancers may share as long as no protocol and port belongs to two of them. What belongs to a VIP
 * as a whole ({@code ping}, {@code undeclaredPorts: Reject}) is so as soon as one of its balancers says so; a difference is
 * warned of.
 */
final class VipRules {
    private record User(BalancerDraft balancer, Located<IpAddress> address) {}

    private record Claim(BalancerDraft balancer, Located<ServicePort> port) {}

    private final Findings findings;
    private final Set<Place> told = new HashSet<>();

    VipRules(Findings findings) {
        this.findings = findings;
    }

    void check(List<BalancerDraft> balancers, Map<IpAddress, Place> nodes) {
        Map<NamespacedName, BalancerDraft> byName = new HashMap<>();
        Map<IpAddress, List<User>> byVip = new LinkedHashMap<>();
        for (BalancerDraft balancer : balancers) {
            if (!Names.isUnnamed(balancer.name()) && byName.putIfAbsent(balancer.name(), balancer) != null) {
                findings.mistake(
                        balancer.place().field("metadata").field("name"),
                        balancer.name().name(),
                        "is already the name of another balancer",
                        "give each balancer its own name, or leave one of the documents out");
            }
            for (Located<IpAddress> vip : balancer.addresses()) {
                Place node = nodes.get(vip.value());
                if (node != null) {
                    findings.mistake(
                            vip.place(),
                            vip.value(),
                            "is the address of " + node.shortPath(),
                            "a VIP must not be a node's own address; choose another");
                }
                byVip.computeIfAbsent(vip.value(), v -> new ArrayList<>()).add(new User(balancer, vip));
            }
        }
        byVip.values().forEach(this::checkVip);
    }

    private void checkVip(List<User> users) {
        List<Claim> claims = new ArrayList<>();
        for (User user : users) {
            for (Located<ServicePort> port : user.balancer.ports()) {
                for (Claim other : claims) {
                    if (!other.balancer.place().equals(user.balancer.place())) {
                        tellConflict(user.address.value(), port, other);
                    }
                }
                claims.add(new Claim(user.balancer, port));
            }
        }
        for (User user : users.subList(1, users.size())) {
            warnOfDifferences(users.getFirst(), user);
            tellOtherIngress(users.getFirst(), user);
        }
        for (Protocol protocol : Protocol.values()) {
            warnOfFragments(users, protocol, claims);
        }
    }

    private void tellConflict(IpAddress vip, Located<ServicePort> port, Claim other) {
        ServicePort mine = port.value();
        ServicePort theirs = other.port.value();
        if (mine.protocol() != theirs.protocol()) {
            return;
        }
        String where = " (" + mine.protocol() + ") by " + other.port.place().shortPath() + " of "
                + other.balancer.place().label();
        if (mine.port() == theirs.port()) {
            once(
                    port.place().field("port"),
                    mine.port(),
                    "is already used on " + vip + where,
                    "choose another port or another address");
        } else if (mine.targetPort() == theirs.targetPort()) {
            once(
                    port.place().field("targetPort"),
                    mine.targetPort(),
                    "is already used on " + vip + where,
                    "port and targetPort are one-to-one for a VIP; choose another target or another address");
        }
    }

    /** Two balancers that share both addresses of a dual-stack service are told once. */
    private void once(Place place, int value, String problem, String remedy) {
        if (told.add(place)) {
            findings.mistake(place, value, problem, remedy);
        }
    }

    private void warnOfDifferences(User first, User other) {
        BalancerDraft a = first.balancer;
        BalancerDraft b = other.balancer;
        Place spec = b.place().field("spec");
        String problem = "differs from " + a.place().label() + ", which shares " + other.address.value();
        if (a.ping() != b.ping() && told.add(spec.field("ping"))) {
            findings.warning(
                    spec.field("ping"),
                    b.ping(),
                    problem,
                    "the address answers ping if one of its balancers says so; write the same in both");
        }
        if (a.undeclaredPorts() != b.undeclaredPorts() && told.add(spec.field("undeclaredPorts"))) {
            findings.warning(
                    spec.field("undeclaredPorts"),
                    Choices.word(Choices.UNDECLARED_PORTS, b.undeclaredPorts()),
                    problem,
                    "the address rejects if one of its balancers says so; write the same in both");
        }
    }

    /** Which router handles a packet is calculated before its port is looked at, so it is the address's, not the port's. */
    private void tellOtherIngress(User first, User other) {
        Place ingress = other.balancer.place().field("spec").field("ingress");
        if (!first.balancer.ingress().equals(other.balancer.ingress()) && told.add(ingress)) {
            findings.mistake(
                    ingress,
                    Choices.word(Choices.INGRESS, other.balancer.ingress().mode()),
                    "differs from " + first.balancer.place().label() + ", which shares " + other.address.value(),
                    "write the same mode, fields and table in both, or choose another address");
        }
    }

    private void warnOfFragments(List<User> users, Protocol protocol, List<Claim> claims) {
        List<Claim> ofProtocol = claims.stream()
                .filter(c -> c.port.value().protocol() == protocol)
                .toList();
        if (ofProtocol.isEmpty()) {
            return;
        }
        BalancerDraft first = ofProtocol.getFirst().balancer;
        IpAddress vip = users.getFirst().address.value();
        boolean shared = ofProtocol.stream().anyMatch(c -> !c.balancer.place().equals(first.place()));
        boolean needsPort = first.hash().fields() == HashFields.SOURCE_AND_SERVICE && ofProtocol.size() > 1;
        Place place = first.place().field("spec").field("ports");
        if (shared && told.add(place.field(protocol.name()))) {
            findings.warning(
                    place,
                    null,
                    "share " + vip + " and " + protocol + " with another balancer, so fragments of " + protocol
                            + " are dropped there: they do not say whose they are",
                    "give one of them another address if clients send large datagrams");
        } else if (!shared && needsPort && told.add(place.field(protocol.name()))) {
            findings.warning(
                    place,
                    null,
                    "has several of " + protocol + " under SourceAndService, so fragments of " + protocol
                            + " are dropped: their port is not known",
                    "give each port an address of its own if clients send large datagrams");
        }
    }
}
