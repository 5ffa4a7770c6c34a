package dev.hashlb.core.digest;

import dev.hashlb.core.address.Cidr;
import dev.hashlb.core.address.Family;
import dev.hashlb.core.select.BalancerTables;
import dev.hashlb.core.select.Identity;
import dev.hashlb.core.select.SelectionTable;
import dev.hashlb.core.snapshot.Balancer;
import dev.hashlb.core.snapshot.Delivery;
import dev.hashlb.core.snapshot.HashFields;
import dev.hashlb.core.snapshot.HashSettings;
import dev.hashlb.core.snapshot.IngressMode;
import dev.hashlb.core.snapshot.Protocol;
import dev.hashlb.core.snapshot.ReturnMode;
import dev.hashlb.core.snapshot.Server;
import dev.hashlb.core.snapshot.ServicePort;
import dev.hashlb.core.snapshot.TableKind;
import dev.hashlb.core.snapshot.UndeclaredPorts;
import java.util.List;

/** A balancer's part of the digest: what was declared, and what is calculated from it. */
public final class BalancerDigest {
    private BalancerDigest() {}

    /** Computes the balancer's tables. A function of the balancer alone, so it may be remembered with it. */
    public static long of(Balancer balancer) {
        return of(balancer, BalancerTables.of(balancer));
    }

    /** @param tables the balancer's, which may have been computed for one that calculates alike */
    public static long of(Balancer balancer, BalancerTables tables) {
        DigestBytes bytes = new DigestBytes();
        fields(bytes, balancer);
        for (Family family : Family.values()) {
            table(bytes, balancer, tables.of(family));
        }
        return Identity.hash(bytes.toArray());
    }

    private static void fields(DigestBytes bytes, Balancer balancer) {
        bytes.string(balancer.name().namespace()).string(balancer.name().name());
        bytes.number(balancer.addresses().size());
        balancer.addresses().forEach(a -> bytes.string(a.toBytes()));
        bytes.number(balancer.ports().size());
        balancer.ports().forEach(p -> port(bytes, p));
        HashSettings hash = balancer.hash();
        bytes.number(number(hash.fields())).number(number(hash.table())).number(hash.buckets());
        bytes.number(number(balancer.ingress().mode())).number(number(balancer.returnMode()));
        bytes.number(balancer.sourceRanges().size());
        balancer.sourceRanges().forEach(r -> bytes.string(r.address().toBytes()).number(r.lengthBits()));
        bytes.truth(balancer.ping()).number(number(balancer.undeclaredPorts()));
        bytes.number(balancer.generation());
        bytes.number(balancer.servers().size());
        balancer.servers().forEach(s -> server(bytes, s));
        bytes.number(number(balancer.ingress().fields()))
                .number(number(balancer.ingress().table()));
        List<Cidr> egress = balancer.reply().egress();
        bytes.number(egress.size());
        egress.forEach(r -> bytes.string(r.address().toBytes()).number(r.lengthBits()));
    }

    private static void port(DigestBytes bytes, ServicePort port) {
        bytes.string(port.name()).number(number(port.protocol())).number(port.port());
        bytes.number(port.targetPort()).number(number(port.delivery()));
    }

    private static void server(DigestBytes bytes, Server server) {
        bytes.string(server.name()).string(server.identity()).string(server.node());
        bytes.number(server.addresses().size());
        server.addresses().forEach(a -> bytes.string(a.toBytes()));
        bytes.number(server.intervals().size());
        server.intervals()
                .forEach(i -> bytes.number(i.weight())
                        .number(i.joined())
                        .number(i.left().orElse(0)));
    }

    private static void table(DigestBytes bytes, Balancer balancer, SelectionTable table) {
        if (table.isEmpty()) {
            return;
        }
        int[] wireIds = balancer.servers().stream()
                .mapToInt(s -> Identity.wireId(s.identity()))
                .toArray();
        bytes.number(table.slots());
        for (int slot = 0; slot < table.slots(); slot++) {
            bytes.wireId(wireIds[table.owner(slot)]);
        }
    }

    // The numbers of hashlb.proto, written out: an enum's order here may change, those may not.

    private static long number(Protocol protocol) {
        return switch (protocol) {
            case TCP -> 1;
            case UDP -> 2;
        };
    }

    private static long number(Delivery delivery) {
        return switch (delivery) {
            case ADDRESS -> 1;
            case NAT -> 2;
        };
    }

    private static long number(HashFields fields) {
        return switch (fields) {
            case FIVE_TUPLE -> 1;
            case SOURCE_AND_SERVICE -> 2;
        };
    }

    private static long number(TableKind table) {
        return switch (table) {
            case MODULO -> 1;
            case STABLE -> 2;
        };
    }

    private static long number(IngressMode ingress) {
        return switch (ingress) {
            case ANY_NODE -> 1;
            case SELF_SELECT -> 2;
        };
    }

    private static long number(ReturnMode mode) {
        return switch (mode) {
            case DIRECT -> 1;
            case NODE -> 2;
            case GATEWAY -> 3;
        };
    }

    private static long number(UndeclaredPorts undeclared) {
        return switch (undeclared) {
            case REJECT -> 1;
            case DROP -> 2;
        };
    }
}
