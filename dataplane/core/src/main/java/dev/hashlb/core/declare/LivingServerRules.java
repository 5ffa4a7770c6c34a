package dev.hashlb.core.declare;

import dev.hashlb.core.address.Family;
import dev.hashlb.core.address.IpAddress;
import dev.hashlb.core.select.Identity;
import dev.hashlb.core.select.SelectionTable;
import dev.hashlb.core.snapshot.Balancer;
import dev.hashlb.core.snapshot.Interval;
import dev.hashlb.core.snapshot.Server;
import dev.hashlb.core.snapshot.TableKind;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Rules about the servers of a balancer that did not come from a {@link StaticServers} document. */
final class LivingServerRules {
    /** The longest identity, in characters: a pod's UID has 36, a static one three names. */
    private static final int LONGEST_IDENTITY = 600;

    private final Balancer balancer;
    private final Place place;
    private final Findings findings;
    private final Map<String, Place> byIdentity = new HashMap<>();
    private final Map<Integer, Place> byWireId = new HashMap<>();
    private long newest = 1;

    LivingServerRules(Balancer balancer, Place place, Findings findings) {
        this.balancer = balancer;
        this.place = place;
        this.findings = findings;
    }

    void check() {
        List<Server> servers = balancer.servers();
        if (servers.size() >= SelectionTable.MAX_SERVERS) {
            findings.mistake(
                    place, servers.size(), "are too many", "a balancer has fewer than " + SelectionTable.MAX_SERVERS);
            return;
        }
        for (int i = 0; i < servers.size(); i++) {
            check(servers.get(i), place.item(i));
        }
        if (balancer.generation() < newest) {
            findings.mistake(
                    new Place(place.document(), place.label(), "generation"),
                    balancer.generation(),
                    "is before " + newest + ", the newest joined or left of its servers",
                    "a balancer's generation is at least that");
        }
    }

    private void check(Server server, Place at) {
        Names.subdomain(server.name(), at.field("name"), findings);
        Names.subdomain(server.node(), at.field("node"), findings);
        checkIdentity(server.identity(), at.field("identity"));
        checkAddresses(server, at.field("addresses"));
        checkIntervals(server.intervals(), at.field("intervals"));
    }

    private void checkIdentity(String identity, Place at) {
        if (identity.isBlank()
                || identity.length() > LONGEST_IDENTITY
                || identity.chars().anyMatch(Character::isISOControl)) {
            findings.mistake(
                    at, identity, "is no identity", "write the pod's UID: 1 to " + LONGEST_IDENTITY + " characters");
            return;
        }
        Place earlier = byIdentity.putIfAbsent(identity, at);
        Place sameOnTheWire = byWireId.putIfAbsent(Identity.wireId(identity), at);
        if (earlier != null) {
            findings.mistake(at, identity, "is already " + earlier.shortPath(), "name each server once");
        } else if (sameOnTheWire != null) {
            findings.mistake(
                    at,
                    identity,
                    "has by chance the same 32-bit wire id as " + sameOnTheWire.shortPath(),
                    "make one of the pods anew, which gives it another UID");
        }
    }

    private void checkAddresses(Server server, Place at) {
        if (server.addresses().isEmpty() && server.networkNamespace().isEmpty()) {
            findings.mistake(at, null, "are missing", "a server's network namespace is found by its addresses");
        }
        Set<Family> seen = EnumSet.noneOf(Family.class);
        for (int i = 0; i < server.addresses().size(); i++) {
            IpAddress address = server.addresses().get(i);
            Addresses.host(address.toString(), at.item(i), "write the server's own address", findings);
            if (!seen.add(address.family())) {
                findings.mistake(
                        at.item(i),
                        address,
                        "is the second of its family",
                        "write at most one of IPv4 and one of IPv6");
            }
        }
    }

    private void checkIntervals(List<Interval> intervals, Place at) {
        for (int i = 0; i < intervals.size(); i++) {
            Interval interval = intervals.get(i);
            newest = Math.max(newest, interval.left().orElse(interval.joined()));
            if (i > 0 && intervals.get(i - 1).left().orElse(Long.MAX_VALUE) > interval.joined()) {
                findings.mistake(
                        at.item(i).field("joined"),
                        interval.joined(),
                        "is before the earlier interval's end",
                        "write intervals oldest first, none overlapping another, and only the last without left");
            }
            if (balancer.hash().table() == TableKind.MODULO && interval.weight() != 1) {
                findings.mistake(
                        at.item(i).field("weight"),
                        interval.weight(),
                        "cannot be had with table Modulo, which gives every server one share",
                        "send 1, or choose table Stable");
            }
        }
    }
}
